import { Context } from '@temporalio/activity';
import type { JudgedCheck } from '../../cluster/checks/checks.js';
import { nextPage, pageOf, type KubernetesList } from '../../cluster/kubernetes/lists.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import type { PatientInput, VerificationResult } from '../../protocol/step-inputs.js';
import { lookUntilSettled } from './look-until-settled.js';
import { refused } from './refusals.js';
import { lastLineOf, understood } from '../../probes/understood.js';

/** Where kubeadm leaves the operator's access on each control plane. */
const adminConf = '/etc/kubernetes/admin.conf';

/** Exit codes that tell why kubectl was not even started. */
const noKubectl = 97;
const noAdminConf = 98;

/** kubectl cannot be asked; not an error of the step, but a failed check. */
class NoAnswer extends Error {
  constructor(
    why: string,
    /** Whether the API server was asked, which may still be starting. */
    readonly isOfServer: boolean,
    /** Whether it has answered that there is no such object. */
    readonly isNotFound = false,
  ) {
    super(why);
  }
}

export interface Kubectl {
  /**
   * What `kubectl <words> -o json` prints, through `parse`.
   * @param absent what to take where the cluster has no such object
   * @throws NotUnderstoodError when `parse` throws
   */
  read<Output>(words: readonly string[], parse: (json: string) => Output, absent?: Output): Promise<Output>;
  /**
   * Every object of a list, each page through `parse`.
   * @throws NotUnderstoodError when `parse` throws
   */
  list<Item>(wanted: KubernetesList, parse: (json: string) => Item[]): Promise<Item[]>;
  /** `kubectl <words>`, which changes something. */
  change(words: readonly string[]): Promise<void>;
  /** Milliseconds since 1970 by the control plane's clock, for ages of what the API server shows. */
  now(): Promise<number>;
}

/**
 * Judges what kubectl shows on a control plane, with the patience that is asked for. Where it shows nothing (not
 * installed, no access, no API server) the result is the one failed check `kubernetes-api`.
 */
export async function confirmByKubectl(
  host: Host,
  patience: PatientInput,
  judgeAnswers: (kubectl: Kubectl) => Promise<JudgedCheck[]>,
): Promise<VerificationResult> {
  return lookUntilSettled(patience, async () => {
    try {
      return await judgeAnswers(kubectlOn(host));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return [unanswered(host.name, error)];
    }
  });
}

/** Milliseconds in which an API server may be starting. */
const startMs = 60_000;
/** Milliseconds between two tries of an API server that does not answer. */
const pause = 5_000;

/**
 * Does something by kubectl on a control plane, and begins it again where an API server has not answered that may be
 * starting.
 * @param absent the answer where there is no kubectl or no access, and so nothing of kubeadm's
 * @throws RefusedError when the API server has not answered in so many milliseconds
 */
export async function withKubectl<Output>(
  host: Host,
  { absent, patienceMs = startMs }: { readonly absent: Output; readonly patienceMs?: number },
  use: (kubectl: Kubectl) => Promise<Output>,
): Promise<Output> {
  const context = Context.current();
  for (const end = Date.now() + patienceMs; ; await context.sleep(pause)) {
    try {
      return await use(kubectlOn(host));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (!error.isOfServer) return absent;
      if (Date.now() < end) continue;
      throw refused(host, `the API server gives no answer: ${error.message}`, adviceFor(host.name));
    }
  }
}

function kubectlOn(host: Host): Kubectl {
  const signal = Context.current().cancellationSignal;
  /** @returns its standard output */
  const ask = async (words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await host.run(
      sh`command -v kubectl > /dev/null || exit ${noKubectl}
[ -r ${adminConf} ] || exit ${noAdminConf}
export KUBECONFIG=${adminConf}
kubectl --request-timeout=20s ${words}`,
      { accept: 'any', what: `kubectl ${words.join(' ')}`, signal },
    );
    if (exitCode === noKubectl) throw new NoAnswer('kubectl is not installed', false);
    if (exitCode === noAdminConf) throw new NoAnswer(`there is no ${adminConf}`, false);
    if (exitCode === 0) return stdout;
    const why = lastLineOf(stderr) || `kubectl ended with ${exitCode}`;
    throw new NoAnswer(why, true, stderr.includes('(NotFound)'));
  };
  const understand = <Output>(words: readonly string[], parse: () => Output) =>
    understood(host, `The answer of kubectl ${words.join(' ')}`, parse);
  return {
    async read(words, parse, absent) {
      try {
        const stdout = await ask([...words, '-o', 'json']);
        return understand(words, () => parse(stdout));
      } catch (error) {
        if (absent !== undefined && error instanceof NoAnswer && error.isNotFound) return absent;
        throw error;
      }
    },
    async list(wanted, parse) {
      const items = [];
      let after: string | undefined;
      do {
        const words = pageOf(wanted, after);
        const page = await ask(words);
        items.push(...understand(words, () => parse(page)));
        after = understand(words, () => nextPage(page));
      } while (after !== undefined);
      return items;
    },
    async change(words) {
      await ask([...words, '-o', 'name']);
    },
    async now() {
      const { stdout } = await host.run(sh`date +%s`, { what: 'read the clock', signal });
      return Number(stdout.trim()) * 1000;
    },
  };
}

function adviceFor(host: string): string {
  return (
    `Run "KUBECONFIG=${adminConf} kubectl get nodes" on ${host}; if the API server does not answer, read ` +
    '"journalctl -u kubelet" there and run the playbook cluster.yml again.'
  );
}

function unanswered(host: string, { message, isOfServer }: NoAnswer): JudgedCheck {
  return {
    check: 'kubernetes-api',
    host,
    passed: false,
    is: message,
    shouldBe: `kubectl on ${host} gets answers from the API server`,
    advice: adviceFor(host),
    settles: isOfServer,
  };
}
