import { instantText } from '../core/event/instant';
import { formatPosition } from '../core/event/position';
import { NotAnOrderedReplayError } from './errors';
import { isEvent } from './eventbridge-event';
import type { LaneRecord } from './stream-record';
import type { Delivery, ReplayableEvent } from './types';

/** The number that the event at `index` of a record has in its lane. */
export function offsetAt(record: LaneRecord, index: number): number {
  return record.offset - (record.events.length - 1) + index;
}

/**
 * The event at `index` of a record, and where it stands.
 *
 * @throws NotAnOrderedReplayError where its text is not that of an EventBridge event: the service stores no other, so
 * something else changed the item.
 */
export function openEvent(record: LaneRecord, index: number): { event: ReplayableEvent; delivery: Delivery } {
  const { replay, run, orderingKey } = record;
  const offset = offsetAt(record, index);
  const event = parse(record.events[index] as string);
  if (isEvent(event)) {
    const position = positionAt(record, index, event);
    if (position) return { event, delivery: { replay, run, orderingKey, offset, position } };
  }
  throw new NotAnOrderedReplayError(
    `Event ${offset} of a lane of replay ${run} is not the JSON text of an EventBridge event.`,
    'Find out what changed its item in the OrderedEvents table, then replay again under a new name.',
  );
}

/** The record states its last event's position; those before are made again as the service made them. */
function positionAt(record: LaneRecord, index: number, event: ReplayableEvent): string | undefined {
  if (index === record.events.length - 1) return record.position;
  const time = instantText(event.time);
  return time && formatPosition({ time, tiebreaker: record.tiebreakers?.[index] ?? '', id: event.id });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's message quotes the text, which may be private.
    return undefined;
  }
}
