import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createActivities } from '../../../dist/activities/index.js';
import { createDependencies } from '../../../dist/workers/dependencies.js';
import { createWorker } from '../../../dist/workers/create-worker.js';

/**
 * A worker with the real activities, which tells the test that started it where each of them is, and waits there until
 * the test says how to go on: that is where the test lets things die. The protocol is in fault-workers.ts.
 */

/** The activity under way, for the hosts that it opens. */
const calls = new AsyncLocalStorage();

const waiting = new Map();
let messages = 0;

/** Tells where an activity is. @returns the test's answer */
function ask(message) {
  const id = (messages += 1);
  process.send({ ...message, id });
  return new Promise((resolve) => waiting.set(id, resolve));
}

process.on('message', ({ id, ...answer }) => {
  waiting.get(id)?.(answer);
  waiting.delete(id);
});
// Without the test nobody would end this process.
process.on('disconnect', () => process.exit(1));

function observed(step, activity) {
  return async (input) => {
    const { attempt, activityId, workflowExecution, currentAttemptScheduledTimestampMs } =
      Context.current().info;
    const host = input.host ?? {};
    const about = { step, host: host.name ?? '', attempt, key: `${workflowExecution.runId}/${activityId}` };
    const { middle } = await ask({
      ...about,
      point: 'before',
      scheduled: currentAttemptScheduledTimestampMs,
    });
    const call = { about, hosts: input.hosts ?? [host], middle, operations: 0 };
    const result = await calls.run(call, () => activity(input));
    await ask({ ...about, point: 'after', hadMiddle: call.hadMiddle === true });
    return result;
  };
}

/** Reports each operation on a host, and stops in the middle of the one that was asked for. */
async function operation(call, what, perform) {
  call.operations += 1;
  const isNow = call.middle !== undefined && !call.hadMiddle && isMiddle(call, what);
  if (isNow) call.hadMiddle = true;
  const middle = { ...call.about, point: 'middle', what };
  if (isNow && call.middle.hold) await ask(middle);
  const began = Date.now();
  const underWay = perform();
  if (isNow && !call.middle.hold) {
    underWay.catch(() => undefined);
    await sleep(call.middle.delay);
    const { cut } = await ask(middle);
    if (cut) process.send({ ...call.about, point: 'cut', links: cutLinks(call.hosts) });
  }
  const result = await underWay;
  process.send({ ...call.about, point: 'operation', what, began });
  return result;
}

/** From the operation of the number that was asked for on; a job that is being started then is met while it runs. */
function isMiddle({ middle, operations }, what) {
  if (what.startsWith('look at the job')) return true;
  return operations >= middle.operation && !what.startsWith('start the job');
}

/** Every connection to these hosts breaks, as when a cable is pulled and plugged in again. @returns how many there were */
function cutLinks(hosts) {
  const links = process
    ._getActiveHandles()
    .filter((handle) => handle instanceof Socket)
    .filter(({ remoteAddress, remotePort }) =>
      hosts.some(({ address, port }) => address === remoteAddress && port === remotePort),
    );
  for (const link of links) link.destroy();
  return links.length;
}

function observedHost(host) {
  const call = calls.getStore();
  if (call === undefined) return host;
  const methods = {
    run: (script, options) =>
      operation(call, options?.what ?? 'run a script', () => host.run(script, options)),
    readFile: (path) => operation(call, `read ${path}`, () => host.readFile(path)),
    writeFile: (...words) => operation(call, `write ${words[0]}`, () => host.writeFile(...words)),
    bootId: () => operation(call, 'read the boot ID', () => host.bootId()),
  };
  return new Proxy(host, {
    get: (target, name) => {
      if (Object.hasOwn(methods, name)) return methods[name];
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
const real = createDependencies();
const dependencies = {
  ...real,
  hosts: {
    connect: async (...words) => observedHost(await real.hosts.connect(...words)),
    closeAll: () => real.hosts.closeAll(),
  },
};
const activities = Object.fromEntries(
  Object.entries(await createActivities(dependencies)).map(([name, activity]) => [
    name,
    observed(name, activity),
  ]),
);
const worker = await createWorker({ connection, namespace: 'default', dependencies, activities });
process.on('SIGTERM', () => worker.shutdown());
process.send({ point: 'ready' });
await worker.run();
await real.hosts.closeAll();
process.exit(0);
