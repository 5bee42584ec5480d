import { z } from 'zod';
import {
  networkObstacles,
  type NetworkProbes,
  type NetworkObstacle,
  type NetworkTrial,
} from '../cluster/verification/network-trial.js';
import type { Host } from '../hosts/host.js';
import { sh, type Script } from '../hosts/script.js';
import { findPython, noPython } from './find-python.js';
import { networkProgram } from './network-program.js';
import { understood } from './understood.js';

/** Exit codes that tell why nothing was tried, besides that of a host without Python. */
const noCrictl = 96;
const noPod = 97;

/** What came of the probes, or why nothing was tried. */
export type Outcome =
  Pick<NetworkTrial, 'connections' | 'answers'> | 'no python3' | 'no crictl' | 'the pod is not there';

/**
 * Tries connections and questions of DNS from the host itself.
 * @throws NotUnderstoodError when the answer has another form
 */
export function tryNetworkFromHost(host: Host, probes: NetworkProbes): Promise<Outcome> {
  return tried(host, probes, sh`exec timeout -k 5 90 "$python" -c ${networkProgram}`);
}

/**
 * The same from the network of a pod of kube-system, whose process crictl knows. Nothing is run in the pod itself, which
 * need not have a shell.
 * @throws NotUnderstoodError when the answer has another form
 */
export function tryNetworkFromPod(host: Host, probes: NetworkProbes, pod: string): Promise<Outcome> {
  return tried(
    host,
    probes,
    sh`command -v crictl > /dev/null || exit ${noCrictl}
id=$(timeout 10 crictl pods --namespace kube-system --name ${`^${pod}$`} --state ready --quiet < /dev/null | head -n 1)
case "$id" in '' | *[!0-9a-f]*) exit ${noPod} ;; esac
pid=$(timeout 10 crictl inspectp --output go-template --template '{{.info.pid}}' "$id" < /dev/null || true)
case "$pid" in '' | 0* | *[!0-9]*) exit ${noPod} ;; esac
[ -e "/proc/$pid/ns/net" ] || exit ${noPod}
exec timeout -k 5 90 nsenter --net="/proc/$pid/ns/net" "$python" -c ${networkProgram}`,
  );
}

const answerSchema = z.object({
  connections: z.array(z.enum(Object.keys(networkObstacles) as NetworkObstacle[]).nullable()),
  questions: z.array(
    z.tuple([
      z.enum(Object.keys(networkObstacles) as NetworkObstacle[]).nullable(),
      z.number(),
      z.array(z.string()),
    ]),
  ),
});

async function tried(
  host: Host,
  { connections, questions }: NetworkProbes,
  program: Script,
): Promise<Outcome> {
  const request = {
    connections: connections.map(({ address, port }) => [address, port]),
    questions: questions.map(({ address, port, name, wanted }) => [
      ...[address, port, name, wanted.includes(':') ? ipv6Record : ipv4Record],
    ]),
  };
  const { exitCode, stdout } = await host.run(
    sh`${findPython}
${program}`,
    {
      accept: [0, noPython, noCrictl, noPod],
      stdin: JSON.stringify(request),
      timeout: 180_000,
      what: 'try the network of pods and services',
    },
  );
  if (exitCode === noPython) return 'no python3';
  if (exitCode === noCrictl) return 'no crictl';
  if (exitCode === noPod) return 'the pod is not there';
  return understood(host, 'The answer about the network', () => {
    const answer = answerSchema.parse(JSON.parse(stdout));
    if (answer.connections.length !== connections.length || answer.questions.length !== questions.length)
      throw new Error('it is not as long as the question');
    return {
      connections: answer.connections,
      answers: answer.questions.map(([obstacle, code, addresses]) => ({ obstacle, code, addresses })),
    };
  });
}

/** Numbers of DNS's types A and AAAA: RFC 1035, 3.2.2, and RFC 3596, 2.1. */
const ipv4Record = 1;
const ipv6Record = 28;
