import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, say } from './run-command.mjs';
import { build, checkNode, installModules, installPackages, root } from './setup.mjs';

/**
 * `npm run demo [-- options]`: set-up, then the demo itself (src/cli/demo/demo.ts). What takes long when the caches are
 * cold (images of machines, the Temporal CLI) is made side by side there.
 */

const options = {
  yes: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  mirror: { type: 'boolean', default: false },
  'stand-in': { type: 'boolean', default: false },
  kubespray: { type: 'string' },
  down: { type: 'boolean', default: false },
};

const usage = `npm run demo -- [--yes] [--fresh] [--mirror | --stand-in] [--kubespray PATH] | --down
  --yes             approve the plan unasked; it names the demo's own disks only
  --fresh           begin anew, whatever an earlier demo left
  --mirror          the real Kubespray, and an error where that is not possible
  --stand-in        a stand-in for Kubespray, and disks for step 7
  --kubespray PATH  a clone of Kubespray, or a URL; default: $SLIPWAY_KUBESPRAY_REPOSITORY, else GitHub
  --down            delete the machines and the history of the demo`;

function given() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2);
  }
}

const values = given();
if (values.mirror && values['stand-in']) {
  fail(`A demo is real or with a stand-in: leave --mirror or --stand-in out.\n${usage}`, 2);
}

// npm goes to the project's folder; a path is meant from where the person is.
const path = values.kubespray && resolve(process.env.INIT_CWD || process.cwd(), values.kubespray);
const repository = path && existsSync(path) ? path : values.kubespray;
process.chdir(root);
checkNode();
if (process.platform !== 'linux' || process.getuid() !== 0) {
  fail('The demo starts machines of its own, which needs Linux and root. Run: sudo npm run demo');
}
const problem = await installPackages(['slipway', 'lab']);
if (problem !== undefined) fail(problem);
await installModules();
if (!(await build())) fail('The build failed; see above.');
say('starting the demo');
const { demo } = await import('../dist/cli/demo/demo.js');
const { processTerminal } = await import('../dist/cli/terminal/terminal.js');
const { yes, fresh, down } = values;
const kind = values.mirror ? 'real' : values['stand-in'] ? 'stand-in' : undefined;
process.exit(await demo({ yes, fresh, down, kind, repository }, processTerminal()));
