import { stripVTControlCharacters } from 'node:util';

/** Reads the JSON report of vitest. */

/**
 * How many tests passed and failed. A run that ended badly without any failed test in its report (it crashed, a file
 * could not be loaded, an error came after the tests) counts as one failure at least; so does a skipped test under CI.
 * @param results the report, or undefined when there is none
 * @param code vitest's exit code
 */
export function countResults(results, code, { isCi = process.env.CI === 'true' } = {}) {
  const passed = results?.numPassedTests ?? 0;
  const skipped = isCi ? (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0) : 0;
  const failed = (results?.numFailedTests ?? 0) + filesThatDidNotLoad(results) + skipped;
  const endedBadly = code !== 0 || results === undefined || results.success === false;
  return { passed, failed: endedBadly && failed === 0 ? 1 : failed };
}

/** A line for each failed test with the beginning of why, so that they stand together above the last line. */
export function describeFailures(results) {
  return tests(results)
    .filter(({ status }) => status === 'failed')
    .map(({ file, fullName, messages }) => `FAILED: ${file}: ${fullName}${beginning(messages)}`);
}

function beginning(messages) {
  const [first] = messages;
  if (first === undefined) return '';
  const line = stripVTControlCharacters(first)
    .replaceAll(/\s+/g, ' ')
    .replace(/ at \S+ \(?\S+:\d+:\d+\)?.*/, '');
  return `: ${line.slice(0, 600)}`;
}

/** A line for each skipped test. */
export function describeSkips(results) {
  return tests(results)
    .filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
    .map(({ file, fullName }) => `skipped: ${file}: ${fullName}`);
}

function filesThatDidNotLoad(results) {
  const files = results?.testResults ?? [];
  return files.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
  }).length;
}

function tests(results) {
  return (results?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName, failureMessages = [] }) => ({
      file: name,
      status,
      fullName,
      messages: failureMessages,
    })),
  );
}
