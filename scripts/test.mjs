import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, say } from './run-command.mjs';
import { build, checkNode, getTemporalCli, installModules, installPackages, root } from './setup.mjs';
import { countResults, describeFailures, describeSkips } from './test-results.mjs';

/**
 * `npm test` and `npm run test:unit`: set-up, checks and tests. The last line is always `N passed, N failed`, and the
 * exit code is 0 only when nothing failed.
 */

const kind = process.argv[2] === 'unit' ? 'unit' : 'all';
process.chdir(root);
const totals = { passed: 0, failed: 0 };
/** Vitest leaves one core to itself, which with two of them doubles the time. */
const allCores = '--maxWorkers=100%';

checkNode();
await installModules();
if (kind === 'unit') await vitest(['unit'], { options: [allCores] });
else await everything();
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);

async function everything() {
  const packagesProblem = await installPackages(['slipway', 'tests', 'lab']);
  for (const name of ['format:check', 'lint', 'types']) await check(name, () => npm(name));
  // Everything but the unit tests needs what the build makes.
  if (!(await check('build', build))) return vitest(['unit']);
  const cliProblem = await getTemporalCli();
  if (cliProblem !== undefined) await check(`Temporal CLI: ${cliProblem}`, () => false);
  const labProblem = packagesProblem ?? (await whyNoLab());
  if (labProblem !== undefined) {
    say(`the lab cannot run here, so lab tests are skipped: ${labProblem}`);
    if (process.env.CI === 'true') await check(`lab: ${labProblem}`, () => false);
  }
  const hasLab = labProblem === undefined;
  await Promise.all([
    vitest(['unit', 'system'], { options: [allCores] }),
    ...(hasLab ? [vitest(['lab-beside'], { quiet: true })] : []),
  ]);
  if (!hasLab) return;
  await vitest(['lab-alone']);
  await Promise.all([vitest(['lab']), vitest(['lab-light'], { quiet: true })]);
}

/** A check that counts as one test. @returns whether it passed */
async function check(name, work) {
  say(name);
  const passed = await work();
  totals[passed ? 'passed' : 'failed'] += 1;
  if (!passed) console.log(`FAILED: ${name}`);
  return passed;
}

async function npm(script) {
  const { code } = await run('npm', ['run', '--silent', script]);
  return code === 0;
}

/** To be called when dist is there. @returns why the lab's machines cannot run here, or undefined where they can */
async function whyNoLab() {
  const { labProblems } = await import('../dist/lab/index.js');
  const problems = await labProblems();
  return problems.length === 0 ? undefined : problems.join(' ');
}

/**
 * Runs vitest with its usual output, shown at its end where it is quiet; what it counted comes from a file, so that no
 * output can be mistaken for it.
 */
async function vitest(projects, { options = [], quiet = false } = {}) {
  say(`tests: ${projects.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'slipway-tests-'));
  const file = join(folder, 'results.json');
  const words = ['vitest', 'run', ...projects.flatMap((name) => ['--project', name])];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { code, output } = await run('npx', ['--no-install', ...words, ...options, ...reporters], { quiet });
  process.stdout.write(output);
  const results = read(file);
  rmSync(folder, { recursive: true, force: true });
  const counts = countResults(results, code);
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  for (const line of [...describeFailures(results), ...describeSkips(results)]) console.log(line);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
