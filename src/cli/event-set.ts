import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { parseInstant } from '../core/event/instant';
import { isObject, type JsonObject, kindOf } from '../core/json';
import { readExactJson, writeExactJson } from '../local/exact-json';
import { UsageError } from './usage-error';

/** Events to publish, in the order they happened. */
export interface EventSet {
  title: string;
  entries: (PutEventsRequestEntry & { Time: Date })[];
  /** The tiebreaker that suits these events. */
  tiebreaker: string;
}

/** Time, then the line it came on: what happened first comes first. */
export function inOrderOfTime<T extends { Time: Date }>(entries: T[]): T[] {
  return entries.sort((one, other) => one.Time.getTime() - other.Time.getTime());
}

/**
 * Reads a JSON Lines file of EventBridge events: `time`, `source`, `detail-type` and `detail` on each line. An `id`
 * is not kept: EventBridge gives each published event one of its own. Empty lines are passed over.
 *
 * @throws UsageError naming the file, or the line and what is wrong with it.
 */
export async function readEventsFile(file: string): Promise<EventSet> {
  const entries: EventSet['entries'] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      line++;
      if (text.trim() !== '') entries.push(entryOf(text, `${file} line ${line}`));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Option --events: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  if (entries.length === 0) throw new UsageError(`Option --events: ${file} has no events.`);
  return { title: file, entries: inOrderOfTime(entries), tiebreaker: '' };
}

function entryOf(text: string, where: string): EventSet['entries'][number] {
  const event = parse(text, where);
  for (const field of ['source', 'detail-type', 'time']) {
    if (typeof event[field] !== 'string' || event[field] === '') {
      throw new UsageError(`${where}: "${field}" is ${kindOf(event[field])}; a non-empty string is needed.`);
    }
  }
  if (!isObject(event.detail)) {
    throw new UsageError(`${where}: "detail" is ${kindOf(event.detail)}; an object is needed.`);
  }
  const time = parseInstant(String(event.time));
  if (!time) {
    throw new UsageError(`${where}: "time" is "${event.time}"; an ISO 8601 timestamp is needed.`);
  }
  return {
    Time: new Date(time.epochMs),
    Source: String(event.source),
    DetailType: String(event['detail-type']),
    Detail: writeExactJson(event.detail),
    ...(Array.isArray(event.resources) && { Resources: event.resources.map(String) }),
  };
}

function parse(text: string, where: string): JsonObject {
  try {
    const event = readExactJson(text);
    if (isObject(event)) return event;
    throw new UsageError(`${where}: ${kindOf(event)}; an EventBridge event (a JSON object) is needed.`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${where}: not JSON (${(error as Error).message}).`);
  }
}
