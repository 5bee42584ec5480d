import { isAnsibleTemplate } from '../values/ansible-template.js';

/** Network plugins whose ports and rules Slipway knows; `none`: another one, or one that somebody else installs. */
export const networkPlugins = ['calico', 'cilium', 'flannel', 'none'] as const;
export type NetworkPlugin = (typeof networkPlugins)[number];

/** Kubespray's variable, by which it installs the plugin. */
export const networkPluginVariable = 'kube_network_plugin';

type Variables = Readonly<Record<string, unknown>>;

/** The plugin of the operator's own variable; undefined where they do not set it, or by a template. */
export function pluginOfVariables(variables: Variables): NetworkPlugin | undefined {
  if (
    !Object.hasOwn(variables, networkPluginVariable) ||
    isAnsibleTemplate(variables[networkPluginVariable])
  ) {
    return undefined;
  }
  return networkPlugins.find((plugin) => plugin === variables[networkPluginVariable]) ?? 'none';
}

/**
 * What the variable is to be, so that what is installed is what the firewall lets through (trap T12). Of Kubespray's two
 * words for a cluster without a plugin every release takes `cni`, `none` only those from v2.27 on.
 */
export function pluginForKubespray(plugin: NetworkPlugin, variables: Variables): unknown {
  if (Object.hasOwn(variables, networkPluginVariable)) return variables[networkPluginVariable];
  return plugin === 'none' ? 'cni' : plugin;
}

/**
 * What a plugin needs that depends on how many nodes there are. Of Cilium's operators, two by default, no two run on one
 * node: the second of a cluster of one would wait for ever, which Kubespray itself sees to up to v2.27 only.
 */
export function variablesByNodes(plugin: NetworkPlugin, nodes: number): Variables {
  return plugin === 'cilium' && nodes === 1 ? { cilium_operator_replicas: 1 } : {};
}
