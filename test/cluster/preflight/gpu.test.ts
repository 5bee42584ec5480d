import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { aSpecification, documentHosts, someFacts } from '../../support/builders.js';

describe('GPUs', () => {
  const findings = (facts: Parameters<typeof someFacts>[0], input: Parameters<typeof aSpecification>[0]) =>
    preflight({ specification: aSpecification(input), facts: { node4: someFacts(facts) } }).filter(
      ({ check }) => check === 'gpu',
    );

  it('names a GPU that the specification does not, and one that is not there', () => {
    const nvidia = { devices: 2, driver: true, runtime: true };
    expect(findings({ nvidia }, {})).toMatchObject([
      {
        check: 'gpu',
        host: 'node4',
        severity: 'warning',
        is: '2 NVIDIA GPUs, and the specification does not name it',
      },
    ]);
    expect(findings({ nvidia }, { gpu: 'nvidia' })).toEqual([]);
    const without = documentHosts.map((host) => ({ ...host, gpu: false as const }));
    expect(findings({ nvidia }, { hosts: without })).toEqual([]);
    expect(findings({ nvidia: { ...nvidia, devices: 0 } }, { gpu: 'nvidia' })).toMatchObject([
      { is: 'no NVIDIA device on the PCI bus, though the specification says gpu: nvidia' },
    ]);
  });

  it('names what a GPU worker lacks', () => {
    const nvidia = { devices: 1, driver: false, runtime: false };
    expect(findings({ nvidia }, { gpu: 'nvidia' })).toMatchObject([
      {
        is: "1 NVIDIA GPU without NVIDIA's driver in the kernel and without /usr/bin/nvidia-container-runtime",
      },
    ]);
  });
});
