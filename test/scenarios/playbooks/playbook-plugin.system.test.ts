import { describePlugin } from './plugin-cases.js';

/** The oldest Ansible that a release of Kubespray wants here; playbook-plugin.long.test.ts has the newer ones. */
describePlugin({ version: '2.15.13', pythons: ['3.11', '3.10', '3.9'] });
