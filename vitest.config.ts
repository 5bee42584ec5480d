import { defineConfig } from 'vitest/config';

/** Of the lab's tests those on light machines in which no time is measured: they run beside unit and system tests. */
const besideOthers = ['test/scenarios/faults/*.lab.test.ts', 'test/scenarios/secrets/secrets.lab.test.ts'];

/** Those on light machines, which leave most of a processor to the virtual machines beside which they run. */
const onLightMachines = [
  'test/activities/running/going-down.lab.test.ts',
  'test/activities/step-10-firewall/apply-firewall-rules.lab.test.ts',
  'test/cli/demo/machines.lab.test.ts',
  'test/hosts/jobs/jobs.lab.test.ts',
  'test/lab/{systemd-machine/systemd,node-machine/node}-machine.lab.test.ts',
  'test/scenarios/playbooks/{kubespray,remote-control-host}.lab.test.ts',
  'test/scenarios/preflight/preflight.lab.test.ts',
];

/** Times of recovery are measured in them, so nothing runs beside them. */
const alone = ['test/scenarios/procedure/whole-procedure.lab.test.ts'];

/** The real Kubespray on emulated machines, which takes hours. */
const wholeDocument = 'test/scenarios/kubespray/whole-document.kubespray.test.ts';

interface LabTests {
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  readonly testTimeout?: number;
  readonly hookTimeout?: number;
}

const lab = (name: string, { include, exclude = [], ...limits }: LabTests) => ({
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    testTimeout: 1_500_000,
    hookTimeout: 900_000,
    ...limits,
    fileParallelism: false,
  },
});

/**
 * Kinds of tests, told apart by their file names:
 * `x.test.ts` needs nothing but Node; `x.system.test.ts` needs a Temporal server or an sshd of its own on loopback;
 * `x.lab.test.ts` needs root and lab machines, and runs one file at a time in each of four groups, whose order is in
 * scripts/test.mjs; those in test/scenarios/procedure run the whole procedure.
 * `x.kubernetes.test.ts` needs a small real Kubernetes in the lab, whose programs are built for a quarter of an hour once,
 * `npm run test:kubernetes`.
 * `x.kubespray.test.ts` runs the real Kubespray on lab machines, from the lab's mirror, `npm run test:kubespray`;
 * one of them takes hours on emulated machines, `npm run test:whole-document`.
 * `x.long.test.ts` needs the lab too, and is left to a command of its own, `npm run test:long`; `x.faults.test.ts` takes
 * hours, `npm run test:faults`.
 * `histories` is no test: it records what test/workflows/histories.test.ts replays, `npm run record:histories`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{system,lab,long,faults,kubernetes,kubespray}.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.system.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      lab('lab', {
        include: ['test/**/*.lab.test.ts'],
        exclude: [...besideOthers, ...onLightMachines, ...alone],
      }),
      lab('lab-alone', { include: alone }),
      lab('lab-beside', { include: besideOthers }),
      lab('lab-light', { include: onLightMachines }),
      lab('long', { include: ['test/**/*.long.test.ts'] }),
      lab('kubernetes', { include: ['test/**/*.kubernetes.test.ts'], hookTimeout: 3_600_000 }),
      lab('kubespray', {
        include: ['test/**/*.kubespray.test.ts'],
        exclude: [wholeDocument],
        testTimeout: 3_600_000,
      }),
      lab('whole-document', { include: [wholeDocument], testTimeout: 14_400_000 }),
      lab('faults', {
        include: ['test/**/*.faults.test.ts'],
        testTimeout: 14_400_000,
        hookTimeout: 1_500_000,
      }),
      {
        test: {
          name: 'histories',
          include: ['test/workflows/histories/record.ts'],
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
