import {
  kernelParameterPath,
  kernelParameters,
  kernelParametersFile,
  kernelParametersText,
  tooLow,
} from '../../cluster/verification/kernel-parameters.js';
import { NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh } from '../../hosts/script.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 9b: "Create and apply custom kernel parameters". The first time the kernel gets exactly the document's values;
 * a value that somebody raised since then is left alone.
 */
export const applyKernelParameters = hostStep('applyKernelParameters', async (host) => {
  const { values, readOnly } = await readKernelParameters(host);
  const file = await host.readFile(kernelParametersFile);
  if (file === kernelParametersText && tooLow(values).length === 0) return unchanged(summary);
  refuseIfFixed(host, values, readOnly);

  await host.writeFile(kernelParametersFile, kernelParametersText);
  const applied = await host.run(sh`sysctl -p ${kernelParametersFile} 2>&1`, {
    accept: 'any',
    what: 'apply the kernel parameters',
  });

  const now = (await readKernelParameters(host)).values;
  const wrong = kernelParameters.filter(({ name, value }) => now[name] !== value);
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => `${name} is ${now[name] ?? 'absent'}`).join(', ');
    throw new NotProvenError(`After applying ${kernelParametersFile} on ${host.name}, ${names}.`, {
      host: host.name,
      command: `sysctl -p ${kernelParametersFile}`,
      output: applied.stdout.slice(-4096),
      advice: `Run "sysctl -p ${kernelParametersFile}" on ${host.name} and read what it says.`,
    });
  }
  return changed(summary);
});

const summary = kernelParameters.map(({ name, value }) => `${name} = ${value}`).join(', ');

/** Values by name, and the names that nobody can set here; a parameter that the kernel does not have is left out. */
export async function readKernelParameters(
  host: Host,
): Promise<{ values: Record<string, number>; readOnly: readonly string[] }> {
  const script = lines(
    ...kernelParameters.map(({ name }) => {
      const path = kernelParameterPath(name);
      return sh`if [ -e ${path} ]; then
  mode=writable; [ -w ${path} ] || mode=read-only
  echo ${name} "$(cat ${path})" "$mode"
fi`;
    }),
  );
  const { stdout } = await host.run(script, { what: 'read the kernel parameters' });
  const values: Record<string, number> = {};
  const readOnly: string[] = [];
  for (const line of stdout.trim().split('\n')) {
    const [name, value, mode] = line.split(' ');
    if (!name || !value) continue;
    values[name] = Number(value);
    if (mode === 'read-only') readOnly.push(name);
  }
  return { values, readOnly };
}

function refuseIfFixed(host: Host, values: Record<string, number>, readOnly: readonly string[]): void {
  const absent = kernelParameters.filter(({ name }) => values[name] === undefined);
  if (absent.length > 0) {
    throw new RefusedError(
      `The kernel of ${host.name} has no parameter ${absent.map(({ name }) => name).join(', ')}.`,
      {
        host: host.name,
        advice: 'Use the distribution’s own kernel, as the document recommends.',
      },
    );
  }
  if (readOnly.length > 0) {
    throw new RefusedError(
      `${host.name} does not let anybody set ${readOnly.join(', ')}: /proc/sys is read-only there, as in a container.`,
      {
        host: host.name,
        advice: `Set the parameters on the machine whose kernel ${host.name} shares, or skip this step for it.`,
      },
    );
  }
}
