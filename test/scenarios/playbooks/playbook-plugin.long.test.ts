import { describePlugin } from './plugin-cases.js';

/** What Kubespray v2.25 to v2.31 want, newest patch releases; each is downloaded, so they are not in every test run. */
describePlugin({ version: '2.16.*', pythons: ['3.12', '3.11', '3.10'] });
describePlugin({ version: '2.17.*', pythons: ['3.12', '3.11', '3.10'] });
describePlugin({ version: '2.18.*', pythons: ['3.13', '3.12', '3.11'] });
