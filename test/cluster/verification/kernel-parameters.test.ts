import { describe, expect, it } from 'vitest';
import {
  judgeKernelParameters,
  kernelParameterPath,
  kernelParameters,
  kernelParametersText,
  tooLow,
} from '../../../src/cluster/verification/kernel-parameters.js';

const documented = {
  'fs.inotify.max_user_instances': 512,
  'fs.inotify.max_user_watches': 1048576,
  'vm.max_map_count': 1000000,
};

describe('the kernel parameters', () => {
  it('are the document’s', () => {
    expect(Object.fromEntries(kernelParameters.map(({ name, value }) => [name, value]))).toEqual(documented);
    expect(kernelParametersText).toContain('# https://docs.solana.com/running-validator/validator-start');
  });

  it('are found below /proc/sys', () => {
    expect(kernelParameterPath('vm.max_map_count')).toBe('/proc/sys/vm/max_map_count');
  });

  it('count as wrong when lower or absent, not when higher', () => {
    expect(tooLow(documented)).toEqual([]);
    expect(tooLow({ ...documented, 'vm.max_map_count': 1048576 })).toEqual([]);
    expect(tooLow({ ...documented, 'vm.max_map_count': 65530 })).toEqual([
      { name: 'vm.max_map_count', value: 1000000 },
    ]);
    expect(tooLow({ 'vm.max_map_count': 1000000 }).map(({ name }) => name)).toEqual([
      'fs.inotify.max_user_instances',
      'fs.inotify.max_user_watches',
    ]);
  });
});

describe('verification of the kernel parameters', () => {
  const judge = (values: Record<string, number>, bootConfiguration: string) =>
    Object.fromEntries(
      judgeKernelParameters('worker', { values, bootConfiguration }).map((one) => [one.check, one]),
    );

  it('passes with the document’s file as the last word', () => {
    const checks = judge(documented, `# /etc/sysctl.d/90-akash.conf\n${kernelParametersText}`);
    expect(checks['kernel-parameters']).toMatchObject({ passed: true, advice: '' });
    expect(checks['kernel-parameters-at-boot']).toMatchObject({ passed: true });
  });

  it('fails for a value that the kernel does not have', () => {
    expect(
      judge({ ...documented, 'vm.max_map_count': 65530 }, kernelParametersText)['kernel-parameters'],
    ).toMatchObject({ passed: false, is: expect.stringContaining('vm.max_map_count = 65530') as string });
  });

  it.each(['vm.max_map_count=262144', '-vm/max_map_count = 262144'])(
    'sees a later file that lowers a value at boot: %s',
    (line) => {
      const checks = judge(documented, `${kernelParametersText}\n# /etc/sysctl.d/99-sysctl.conf\n${line}\n`);
      expect(checks['kernel-parameters']).toMatchObject({ passed: true });
      expect(checks['kernel-parameters-at-boot']).toMatchObject({
        passed: false,
        is: expect.stringContaining('vm.max_map_count = 262144') as string,
      });
    },
  );

  it('does not read comments as assignments', () => {
    const text = `${kernelParametersText}# vm.max_map_count = 1\n; vm.max_map_count = 1\n`;
    expect(judge(documented, text)['kernel-parameters-at-boot']).toMatchObject({ passed: true });
  });
});
