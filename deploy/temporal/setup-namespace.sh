#!/bin/sh
# Makes the namespace and the search attributes of Slipway; safe to repeat.
set -eu
until temporal operator cluster health >/dev/null 2>&1; do sleep 1; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d
until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; do sleep 1; done
for name in SlipwayCluster SlipwayPhase SlipwayWaitingFor; do
  temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -q "$name" ||
    temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword
done
