import { idsAsTold, OrderedReplayError } from '../errors';
import { isObject, type JsonObject, kindOf } from '../json';
import { MAX_EVENT_BYTES, MAX_ID_BYTES } from '../limits';
import { canonicalJson } from './canonical-json';
import { type Instant, parseInstant } from './instant';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Replay.html */
const REPLAY_NAME = /^[.\-_A-Za-z0-9]{1,64}$/;
const REQUIRED_TEXTS = ['id', 'time', 'source', 'detail-type', 'replay-name'] as const;

export function isReplayName(name: string): boolean {
  return REPLAY_NAME.test(name);
}

/** A replayed event that passed validation. */
export interface ReplayedEvent {
  id: string;
  /** The event's own time: when it happened, not when it was replayed. */
  time: Instant;
  /** Name of the replay that brought it. */
  replay: string;
  /**
   * The whole envelope, unknown fields included, as compact JSON. The same on every road an event can take, as far as AWS
   * keeps the text of numbers; which it has here as it came.
   */
  json: string;
  /** The envelope, parsed. */
  envelope: JsonObject;
}

/**
 * Reads an EventBridge envelope, as JSON text or parsed. Who has parsed it has already rounded its numbers.
 *
 * @throws OrderedReplayError `InvalidEvent` naming the field, the value it has and what is allowed.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export function parseEvent(input: unknown): ReplayedEvent {
  const envelope = typeof input === 'string' ? parseJson(input) : input;
  if (!isObject(envelope)) {
    throw invalid(`The event is ${kindOf(envelope)}, where a JSON object is expected.`);
  }
  for (const field of REQUIRED_TEXTS) {
    const value = envelope[field];
    if (typeof value !== 'string' || value === '') {
      throw invalid(
        `The event's "${field}" is ${kindOf(value)}, where a non-empty string is expected.`,
        envelope,
      );
    }
  }
  if (!isObject(envelope.detail)) {
    throw invalid(
      `The event's "detail" is ${kindOf(envelope.detail)}, where an object is expected.`,
      envelope,
    );
  }
  const { id, time, 'replay-name': replay } = envelope as Record<(typeof REQUIRED_TEXTS)[number], string>;
  if (!REPLAY_NAME.test(replay)) {
    throw invalid(
      `The event's "replay-name" is a text of ${replay.length} characters; allowed are 1 to 64 letters, digits, ".", "-", "_".`,
      envelope,
    );
  }
  if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw invalid(
      `The event's "id" has ${Buffer.byteLength(id)} bytes; allowed are ${MAX_ID_BYTES}.`,
      envelope,
    );
  }
  if (!id.isWellFormed()) {
    throw invalid(`The event's "id" has half of a surrogate pair, which has no UTF-8 form.`, envelope);
  }
  const instant = parseInstant(time);
  if (!instant) {
    throw invalid(
      `The event's "time" is a text of ${time.length} characters, where an ISO 8601 timestamp is expected.`,
      envelope,
    );
  }
  return { id, time: instant, replay, json: textOf(input, envelope), envelope };
}

/** @throws OrderedReplayError `EventTooLarge` where the event does not fit a DynamoDB item. */
export function demandRoom({ json, replay, id }: ReplayedEvent): void {
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_EVENT_BYTES) return;
  throw new OrderedReplayError(
    'EventTooLarge',
    `The event has ${bytes} bytes; a DynamoDB item leaves room for ${MAX_EVENT_BYTES}.`,
    {
      remedy: 'Set command.onMissing to continue in the row, to go on without it, and handle it by hand.',
      ids: { replay, eventId: id },
    },
  );
}

/** What is parsed without recursion need not be written without it. */
function textOf(input: unknown, envelope: JsonObject): string {
  try {
    return typeof input === 'string' ? canonicalJson(input, envelope) : JSON.stringify(envelope);
  } catch (error) {
    if (error instanceof RangeError) throw invalid('The event is nested too deeply to be written.', envelope);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the text, which may be private: it does not go on as a cause.
    throw invalid(`The event's ${text.length} characters are not JSON (${(cause as Error).name}).`);
  }
}

function invalid(message: string, envelope: JsonObject = {}): OrderedReplayError {
  const { id, 'replay-name': replay } = envelope;
  return new OrderedReplayError('InvalidEvent', message, {
    remedy: 'Only events as EventBridge replays them can be collected; remove or mend this one.',
    ids: idsAsTold({ eventId: id, replay }),
  });
}
