/** The Keyword search attributes that Slipway's workflows set; a server must know them before a workflow starts. */
export const searchAttributes = ['SlipwayCluster', 'SlipwayPhase', 'SlipwayWaitingFor'] as const;
