import { inflateSync } from 'node:zlib';
import { isPlain, NotAnOrderedReplayError } from './errors';
import type { DynamoDBRecord } from './types';

/** One append to a lane of the `OrderedEvents` table, as the table's stream carries it. */
export interface LaneRecord {
  /** The record's own, in the stream: where Lambda goes on from. */
  sequenceNumber: string;
  /** Of the replay that the run is of. */
  replay: string;
  run: string;
  orderingKey: string;
  /** JSON texts, oldest first; at least one. */
  events: string[];
  /** Of the last event. */
  offset: number;
  /** Of the last event. */
  position: string;
  /** One for each event, encoded; absent where all are empty. */
  tiebreakers?: string[] | undefined;
  /** Those that the run is for; absent where it is for all. */
  consumers?: string[];
}

type Image = { [name: string]: Attribute };
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html */
type Attribute = { S?: unknown; N?: unknown; L?: unknown; B?: unknown } | null | undefined;
type Refuse = (what: string, remedy?: string) => never;

const READ_OUR_STREAM =
  "Let the event source mapping read the stream of an OrderedEvents table, and keep this package's version in step with the stack's.";
/** Why a new one: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.Enabling */
const SEND_NEW_IMAGES =
  'Give the table a stream with the StreamViewType NEW_IMAGE (a stream cannot be changed: disable it and enable a new one), and map that.';

/**
 * Reads a batch of the `OrderedEvents` table's stream. REMOVE records carry no event (the table's TTL makes them) and
 * are left out.
 *
 * @throws NotAnOrderedReplayError for the first record that is not of such a stream: which stream it is of, what is
 * wrong with it, what to do. Never what is in it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export function laneRecordsOf(records: unknown[]): LaneRecord[] {
  const read: LaneRecord[] = [];
  for (const [index, record] of records.entries()) {
    const { eventName, eventSource, eventSourceARN, dynamodb } = (record ?? {}) as DynamoDBRecord;
    const refuse: Refuse = (what, remedy = READ_OUR_STREAM) => {
      const arn = isPlain(eventSourceARN) ? eventSourceARN : undefined;
      throw new NotAnOrderedReplayError(`Record ${index}${arn ? ` (of ${arn})` : ''} ${what}.`, remedy, arn);
    };
    if (eventSource !== 'aws:dynamodb') {
      refuse(`has the event source ${shown(eventSource)}, where aws:dynamodb is expected`);
    }
    if (eventName === 'REMOVE') continue;
    const sequenceNumber = dynamodb?.SequenceNumber || refuse('has no SequenceNumber');
    const image =
      dynamodb?.NewImage ??
      refuse(
        `has no NewImage: the stream's StreamViewType is ${shown(dynamodb?.StreamViewType)}`,
        SEND_NEW_IMAGES,
      );
    read.push(readImage(image as Image, sequenceNumber, refuse));
  }
  return read;
}

function shown(text: unknown = 'undefined'): string {
  return isPlain(text) ? text : 'another';
}

function readImage(image: Image, sequenceNumber: string, refuse: Refuse): LaneRecord {
  const refuseAttribute = (name: string, expected: string): never => {
    const attribute = image[name];
    const found = attribute ? `of type ${Object.keys(attribute).filter(isPlain)}` : 'missing';
    return refuse(`has an item whose "${name}" is ${found}, where ${expected} is expected`);
  };
  const lane = text(image.lane) ?? '';
  // A run's name has no `#`, an ordering key may have some; a replay's name has no `@`.
  const hash = lane.indexOf('#');
  if (hash < 1) refuseAttribute('lane', 'an S of "<run>#<ordering key>"');
  const events =
    eventTexts(image.events) ??
    refuseAttribute('events', 'an L of one S or more, or a deflated B of the same');
  const last = events.length - 1;
  const run = lane.slice(0, hash);
  const record: LaneRecord = {
    sequenceNumber,
    replay: run.split('@', 1)[0] as string,
    run,
    orderingKey: lane.slice(hash + 1),
    events,
    offset: wholeNumber(image.offset, last) ?? refuseAttribute('offset', `an N of ${last} or more`),
    position: text(image.position) || refuseAttribute('position', 'a filled S'),
  };
  if (image.consumers)
    record.consumers = texts(image.consumers) ?? refuseAttribute('consumers', 'an L of one S or more');
  if (!image.tiebreakers) return record;
  record.tiebreakers = texts(image.tiebreakers);
  if (record.tiebreakers?.length !== events.length) {
    refuseAttribute('tiebreakers', `an L of ${events.length} S`);
  }
  return record;
}

function text(attribute: Attribute): string | undefined {
  return typeof attribute?.S === 'string' ? attribute.S : undefined;
}

/** A list of texts, or the JSON of one, deflated (RFC 1950); Lambda hands over a B as base64. */
function eventTexts(attribute: Attribute): string[] | undefined {
  if (typeof attribute?.B !== 'string') return texts(attribute);
  try {
    const inflated: unknown = JSON.parse(inflateSync(Buffer.from(attribute.B, 'base64')).toString('utf8'));
    return Array.isArray(inflated) ? texts({ L: inflated.map((S) => ({ S })) }) : undefined;
  } catch {
    return undefined;
  }
}

function texts(attribute: Attribute): string[] | undefined {
  if (!Array.isArray(attribute?.L) || attribute.L.length === 0) return undefined;
  const values: string[] = [];
  for (const each of attribute.L) {
    const value = text(each);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function wholeNumber(attribute: Attribute, atLeast: number): number | undefined {
  const value = typeof attribute?.N === 'string' ? Number(attribute.N) : Number.NaN;
  return Number.isSafeInteger(value) && value >= atLeast ? value : undefined;
}
