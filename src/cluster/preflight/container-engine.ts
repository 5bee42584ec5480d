import { isServiceActive, type Unit } from '../facts/facts.js';
import { dockerSocket } from '../facts/system-facts.js';
import { isPlainText } from '../values/ansible-template.js';
import { findingsBy, type HostCheck, type HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/**
 * What Kubespray's role validate-container-engine takes off a host, read at the tags from v2.24.1 to v2.31.0: an engine that
 * runs and is not container_manager's. It drains the node, stops kubelet, and asks nobody.
 */
export function containerEngineFindings(look: HostLook): FindingBeforeOverrides[] {
  return getsEngine(look) ? findingsBy([docker, crio, containerd], look) : [];
}

/** Without a word of the operator's the hosts of k8s_cluster do; those of etcd alone do not. */
function getsEngine({ host, specification }: HostLook): boolean {
  const own = specification.kubespray.variables['deploy_container_engine'];
  return typeof own === 'boolean' ? own : host.roles.some((role) => role !== 'etcd');
}

/** A stopped one keeps its data. But its socket starts it for whoever asks, such as a job of cron's. */
const docker: HostCheck = (look) => {
  const how = howDockerRuns(look);
  if (how === undefined || managerOf(look) === 'docker') return undefined;
  return {
    ...found(look, {
      engine: 'Docker',
      deleted: 'all containers with their volumes, all images, /var/lib/docker and /etc/docker',
    }),
    is: `Docker, which ${how}`,
    advice:
      `${leave} To keep what is in /var/lib/docker: systemctl disable --now docker.service docker.socket. ` +
      'Kubespray takes off its packages at most then.',
  };
};

const leave = 'Move what is needed to another host, or leave this one out.';

function howDockerRuns({ facts: { units, system } }: HostLook): string | undefined {
  if (isServiceActive(units, 'docker')) return 'runs (docker.service)';
  const listening = system?.listeners.find(
    ({ process }) => process === 'dockerd' || process === 'docker-proxy',
  );
  if (listening?.process != null) return `runs (${listening.process} listens)`;
  return isServiceActive(units, dockerSocket) ? 'docker.socket starts for whoever asks' : undefined;
}

const crio: HostCheck = (look) => {
  if (managerOf(look) === 'crio' || !isServiceActive(look.facts.units, 'crio')) return undefined;
  return {
    ...found(look, {
      engine: 'CRI-O',
      deleted: '/etc/crio, /etc/containers (which is Podman’s too) and its programs',
    }),
    is: 'CRI-O, which runs (crio.service)',
    advice: `${leave} To keep what it has: systemctl disable --now crio.`,
  };
};

/** Docker has a containerd of its own, which goes with it. */
const containerd: HostCheck = (look) => {
  const { units } = look.facts;
  const hasDocker = units.some(({ name, load }) => name === 'docker' && load === 'loaded');
  if (managerOf(look) === 'containerd' || hasDocker || !isServiceActive(units, 'containerd'))
    return undefined;
  return {
    ...found(look, {
      engine: 'containerd',
      deleted: '/etc/containerd and /var/lib/containerd with all containers and images',
    }),
    is: 'containerd, which runs (containerd.service)',
    advice: `Take container_manager out of kubespray.variables. ${leave}`,
  };
};

function found(look: HostLook, { engine, deleted }: { readonly engine: string; readonly deleted: string }) {
  const drained = look.facts.kubernetes == null ? '' : '; on this node it drains it and stops kubelet first';
  return {
    check: 'other-container-engine',
    // Facts of earlier versions stop nothing, so that a workflow which has gone on with them can be replayed.
    severity: isAskedFor(look.facts.units) ? 'error' : 'warning',
    shouldBe:
      `${managerOf(look)} alone: Kubespray ends ${engine}, and what is in it is deleted, that is ${deleted}` +
      drained,
  } as const;
}

const isAskedFor = (units: readonly Unit[]) => units.some(({ name }) => name === dockerSocket);

/** What a template makes of it is not known; without a word Slipway writes containerd. */
function managerOf({ specification }: HostLook): string {
  const own = specification.kubespray.variables['container_manager'];
  return isPlainText(own) ? own : 'containerd';
}
