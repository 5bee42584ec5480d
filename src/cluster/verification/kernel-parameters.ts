import { type CheckResult, judge } from '../checks/checks.js';

/** Step 9b of the document, "Custom kernel parameters": for workers, against "too many open files". */

/** Where the document puts them. */
export const kernelParametersFile = '/etc/sysctl.d/90-akash.conf';

/** The file as the document has it, comments included. */
export const kernelParametersText = `# Common: tackle "failed to create fsnotify watcher: too many open files"
fs.inotify.max_user_instances = 512
fs.inotify.max_user_watches = 1048576

# Custom: increase memory mapped files limit to allow Solana node
# https://docs.solana.com/running-validator/validator-start
vm.max_map_count = 1000000
`;

export interface KernelParameter {
  /** Such as `vm.max_map_count`. */
  readonly name: string;
  readonly value: number;
}

/** The parameters that the document's file sets, in its order. */
export const kernelParameters: readonly KernelParameter[] = assignments(kernelParametersText);

/** Where the kernel shows a parameter. */
export function kernelParameterPath(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

/**
 * The parameters that are not as the document wants them. Each is a limit, so a higher value that somebody chose later
 * is as good as the document's and is left alone.
 * @param values by name; undefined where the kernel has no such parameter
 */
export function tooLow(values: Readonly<Record<string, number | undefined>>): KernelParameter[] {
  return kernelParameters.filter(({ name, value }) => !((values[name] ?? -1) >= value));
}

/** What verification read from a worker. */
export interface KernelParametersSeen {
  /** By name, from /proc/sys. */
  readonly values: Readonly<Record<string, number | undefined>>;
  /** Every sysctl.d file in the order in which systemd applies them at boot (`systemd-analyze cat-config sysctl.d`). */
  readonly bootConfiguration: string;
}

/** Judges the values now, and those that the next boot will set. */
export function judgeKernelParameters(host: string, seen: KernelParametersSeen): CheckResult[] {
  const shouldBe = kernelParameters.map(({ name, value }) => `${name} ≥ ${value}`).join(', ');
  const describe = (values: Readonly<Record<string, number | undefined>>) =>
    kernelParameters.map(({ name }) => `${name} = ${values[name] ?? 'absent'}`).join(', ');
  const atBoot: Record<string, number> = {};
  for (const { name, value } of assignments(seen.bootConfiguration)) atBoot[name] = value;
  return [
    judge({
      check: 'kernel-parameters',
      host,
      passed: tooLow(seen.values).length === 0,
      is: describe(seen.values),
      shouldBe,
      advice: `Run "sysctl -p ${kernelParametersFile}" on ${host}.`,
    }),
    judge({
      check: 'kernel-parameters-at-boot',
      host,
      passed: tooLow(atBoot).length === 0,
      is: describe(atBoot),
      shouldBe,
      advice:
        `Look for the file that sets the lower value with "systemd-analyze cat-config sysctl.d" on ${host}, ` +
        `and remove that line: files are applied in the order of their names, and the last one wins.`,
    }),
  ];
}

/** The numeric assignments of sysctl.d text. Names may be written with slashes and a leading "-". */
function assignments(text: string): KernelParameter[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*-?([A-Za-z0-9_./-]+?)\s*=\s*([0-9]+)\s*$/.exec(line);
    if (!match?.[1] || !match[2]) return [];
    return [{ name: match[1].replaceAll('/', '.'), value: Number(match[2]) }];
  });
}
