import { fail, say } from './run-command.mjs';
import { build, checkNode, installModules, installPackages, root } from './setup.mjs';

/**
 * `npm run demo [-- --yes] [-- --fresh]`: set-up, then the demo itself (src/cli/demo/demo.ts). What takes long when the
 * caches are cold (images of machines, the Temporal CLI) is made side by side there.
 */

const known = ['--yes', '--fresh'];
const words = process.argv.slice(2);
const unknown = words.find((word) => !known.includes(word));
if (unknown !== undefined) fail(`npm run demo does not know ${unknown}; it knows ${known.join(' and ')}.`, 2);

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
process.exit(
  await demo({ yes: words.includes('--yes'), fresh: words.includes('--fresh') }, processTerminal()),
);
