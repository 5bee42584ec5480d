import type { Demo, DemoChoice } from './choose-demo.js';

/** How a demo ended. */
export type DemoEnd = 'ready' | 'failed' | 'interrupted';

/** What a demo begins with: which one it is, why, and how to see the other one. */
export function beginningLines({ demo, obstacles = [] }: DemoChoice): string[] {
  if (demo.kind === 'real') {
    return [
      `This demo makes a real cluster with the real Kubespray ${demo.release} from ${demo.repository}, out of the lab's mirror.`,
      'Its machines have no disks for step 7: `npm run demo -- --stand-in` shows that.',
    ];
  }
  const why = obstacles.length === 0 ? '' : `, because ${obstacles.map(({ what }) => what).join(', and ')}`;
  return [
    `This demo runs a stand-in for Kubespray${why}.`,
    ...(obstacles.length === 0 ? [] : ['What a demo with the real Kubespray needs:']),
    ...obstacles.map(({ remedy }) => `  ${remedy}`),
  ];
}

/** What is said when a demo goes on with an earlier one. */
export function goingOnLine(demo: Demo): string {
  return `This demo goes on with that of before, with ${nameOf(demo)}; \`npm run demo -- --fresh\` begins anew.`;
}

/** What is said when the files of an earlier demo have to go. */
export function replacedLine(before: Demo): string {
  return `What the demo with ${nameOf(before)} left is deleted, because this one is another.`;
}

/**
 * What a demo ends with; the last line says which one it was.
 * @param getIn the line that leads into the cluster
 */
export function endingLines(demo: Demo, end: DemoEnd, { getIn }: { readonly getIn: string }): string[] {
  const name = nameOf(demo);
  if (end === 'interrupted')
    return [`The demo with ${name} was interrupted; \`npm run demo\` goes on with it.`];
  if (end === 'failed') {
    const other =
      demo.kind === 'real'
        ? ' `npm run demo -- --stand-in` shows the procedure without a real Kubernetes.'
        : '';
    return [
      `The demo with ${name} failed; \`npm run demo\` tries it again, \`npm run demo -- --fresh\` begins anew.${other}`,
    ];
  }
  if (demo.kind === 'stand-in') {
    return [
      'That was the demo with a stand-in for Kubespray: no Kubernetes came of it. Its machines are off.',
    ];
  }
  return [
    'Its machines stay on until `npm run demo -- --down`.',
    `That was the demo with ${name}. The way into the cluster: ${getIn}`,
  ];
}

function nameOf(demo: Demo): string {
  return demo.kind === 'real' ? `the real Kubespray ${demo.release}` : 'a stand-in for Kubespray';
}
