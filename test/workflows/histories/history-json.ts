import { createRequire } from 'node:module';
import * as protocol from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';

/**
 * Histories as `temporal workflow show --output json` prints them. The SDK's own functions for this (in
 * @temporalio/common) refuse to work where npm gives each of its packages a copy of protobufjs, as happens when some
 * other package needs an older one: the copy has to be the one that @temporalio/proto was loaded with.
 */

export type History = temporal.api.history.v1.IHistory;

interface ProtobufJson {
  readonly fromJson: (type: object, json: unknown, options: { ignoreUnknownFields: boolean }) => History;
  readonly toJson: (type: object, message: History) => object;
}

const require = createRequire(createRequire(import.meta.url).resolve('@temporalio/proto'));
const { fromJson, toJson } = require('protobufjs/ext/protojson') as ProtobufJson;
const reflection = protocol as unknown as { root: { lookupType(name: string): object } };
const historyType = reflection.root.lookupType('temporal.api.history.v1.History');

/** @throws TypeError for what is not a history */
export function parseHistory(text: string): History {
  // A newer server may tell more than this SDK knows.
  return fromJson(historyType, JSON.parse(text), { ignoreUnknownFields: true });
}

/**
 * One line for each event, so that a new recording can be compared with the old one. Without stack traces: they hold
 * paths of the machine that recorded, and no replay looks at them.
 */
export function printHistory(history: History): string {
  const { events } = JSON.parse(JSON.stringify(toJson(historyType, history)), (key, value: unknown) =>
    key === 'stackTrace' ? undefined : value,
  ) as { events: unknown[] };
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}
