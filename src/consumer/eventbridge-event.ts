import { NotAnOrderedReplayError } from './errors';
import type { ReplayableEvent } from './types';

/** What tells an event from other things: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const TEXT_FIELDS = ['id', 'time', 'source', 'detail-type'] as const;

/** Whether this is an EventBridge event, by its fields. Asked for every event: it makes no lists. */
export function isEvent(input: unknown): input is ReplayableEvent {
  const event = input as Partial<ReplayableEvent> | null | undefined;
  return (
    typeof event?.id === 'string' &&
    typeof event.time === 'string' &&
    typeof event.source === 'string' &&
    typeof event['detail-type'] === 'string' &&
    event.detail !== undefined
  );
}

/** The error for a call with anything else: it says what kind of thing that is, never what is in it. */
export function notAnEvent(input: unknown): NotAnOrderedReplayError {
  return new NotAnOrderedReplayError(
    `The function was called with ${describe(input)}, where an EventBridge event or a DynamoDB stream batch is expected.`,
    'Let it be called by EventBridge rules whose target passes the whole event (no InputPath, Input or InputTransformer) and by the stream of an OrderedEvents table.',
  );
}

function missingFields(input: unknown): string[] {
  const event = input as Partial<ReplayableEvent> | null | undefined;
  const missing: string[] = TEXT_FIELDS.filter((field) => typeof event?.[field] !== 'string');
  return event?.detail === undefined ? [...missing, 'detail'] : missing;
}

function describe(input: unknown): string {
  if (input === undefined || input === null) return String(input);
  if (Array.isArray(input)) return 'an array';
  if (typeof input !== 'object') return `a ${typeof input}`;
  return `an object without ${missingFields(input).join(', ')}`;
}
