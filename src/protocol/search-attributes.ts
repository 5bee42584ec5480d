import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * By these an operator finds workflows in Temporal's UI: `SlipwayCluster = "blue" and SlipwayWaitingFor = "approval"`.
 * Their names are listed once more in src/temporal/search-attributes.ts, for servers.
 */
export const clusterAttribute = defineSearchAttributeKey('SlipwayCluster', 'KEYWORD');
/** The phase, as in `Phase`. */
export const phaseAttribute = defineSearchAttributeKey('SlipwayPhase', 'KEYWORD');
/** What a person has to say: `approval` or `decision`; absent when nothing is awaited. */
export const waitingForAttribute = defineSearchAttributeKey('SlipwayWaitingFor', 'KEYWORD');
