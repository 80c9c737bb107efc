import { isObject, type JsonObject } from '../../core/json';
import { invalidParameter } from '../aws-error';
import type { Random } from '../random';
import type { Archive } from './archive';
import type { EventBus } from './bus';
import { eventWithDetail } from './bus-event';

const MAX_ENTRIES = 10;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const MAX_ENTRY_BYTES = 1024 * 1024;

export interface PutEventsDeps {
  account: string;
  region: string;
  random: Random;
  busOf(name: unknown): EventBus;
  archives(): Iterable<Archive>;
}

/**
 * Puts events on their buses and in the archives of those.
 *
 * The event's `time` is its entry's `Time` cut to whole seconds, as EventBridge does; without one it is now.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export function putEvents(input: JsonObject, deps: PutEventsDeps) {
  const entries = Array.isArray(input.Entries) ? (input.Entries as JsonObject[]) : [];
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    throw invalidParameter(`Entries has ${entries.length} members; allowed are 1 to ${MAX_ENTRIES}.`);
  }
  const results = entries.map((entry) => putEntry(entry, deps));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

function putEntry(
  entry: JsonObject,
  deps: PutEventsDeps,
): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
  for (const member of ['Source', 'DetailType', 'Detail']) {
    if (typeof entry[member] !== 'string' || entry[member] === '') {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
      };
    }
  }
  if (!isJsonObject(entry.Detail as string))
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (Buffer.byteLength(entry.Detail as string) > MAX_ENTRY_BYTES) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter Detail is over ${MAX_ENTRY_BYTES} bytes.`,
    };
  }
  const bus = deps.busOf(entry.EventBusName);
  const timeMs = typeof entry.Time === 'number' ? entry.Time * 1_000 : Date.now();
  const fields = {
    version: '0',
    id: deps.random.uuid(),
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: deps.account,
    time: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
    region: deps.region,
    resources: Array.isArray(entry.Resources) ? entry.Resources : [],
  };
  const event = eventWithDetail(fields, entry.Detail as string);
  for (const archive of deps.archives()) {
    if (archive.busArn === bus.arn) archive.keep(event);
  }
  void bus.publish(event);
  return { EventId: fields.id };
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}
