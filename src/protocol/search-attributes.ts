import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * By these an operator finds workflows in Temporal's UI: `SlipwayCluster = "blue" and SlipwayWaitingFor = "approval"`.
 */
export const clusterAttribute = defineSearchAttributeKey('SlipwayCluster', 'KEYWORD');
/** The phase, as in `Phase`. */
export const phaseAttribute = defineSearchAttributeKey('SlipwayPhase', 'KEYWORD');
/** What a person has to say: `approval` or `decision`; absent when nothing is awaited. */
export const waitingForAttribute = defineSearchAttributeKey('SlipwayWaitingFor', 'KEYWORD');

/** The names of the Keyword search attributes above; a server must know them before a workflow starts. */
export const searchAttributes = [clusterAttribute, phaseAttribute, waitingForAttribute].map(
  ({ name }) => name,
);
