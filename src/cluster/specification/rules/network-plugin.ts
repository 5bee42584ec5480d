import type { Draft } from '../draft.js';
import { networkPluginVariable, pluginOfVariables } from '../network-plugin.js';
import type { Problem } from '../problems.js';
import { isAnsibleTemplate } from '../../values/ansible-template.js';
import { wrong } from './repeats.js';

/** The firewall lets one plugin's packets through, so Kubespray must not be told to install another (trap T12). */
export function networkPluginProblems({ firewall, kubespray }: Draft): Problem[] {
  const said = firewall.networkPlugin;
  if (said === undefined && isAnsibleTemplate(kubespray.variables[networkPluginVariable])) {
    return [
      wrong(
        ['kubespray', 'variables', networkPluginVariable],
        'must come with firewall.networkPlugin, because a template does not tell whose packets the firewall has to let through',
      ),
    ];
  }
  const installed = pluginOfVariables(kubespray.variables);
  if (said === undefined || installed === undefined || said === installed) return [];
  const variable = `${networkPluginVariable}: ${JSON.stringify(kubespray.variables[networkPluginVariable])}`;
  return [
    wrong(
      ['firewall', 'networkPlugin'],
      `must be ${installed}, because kubespray.variables has ${variable}; one of the two is enough`,
    ),
  ];
}
