import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { deflatedText } from '../src/aws/deflated';
import { parseInstant } from '../src/core/event/instant';
import { formatPosition, parsePosition } from '../src/core/event/position';
import type { JsonObject } from '../src/core/json';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { createEngine } from '../src/local/dynamodb-engine';
import { answerText, readBody } from '../src/local/json-body';
import { createRandom } from '../src/local/random';
import { itemBytes, parseInput } from './dynalite';
import { CUSTOMERS, FIRST_EVENT_MS, makeEvents } from './events';
import { ASSUMED_REQUEST_MS } from './lambda';

/**
 * DynamoDB as a release sees it, over TLS and in a process of its own. Pages and appends are answered here, quickly
 * enough not to be what is measured, and all else by dynalite; each answer takes as long as is assumed of AWS.
 *
 * The sealed set has no end: positions go on for ever, texts come round again. An append has its condition and effect.
 */

type Item = Record<string, AttributeValue>;
interface Answer {
  status: number;
  body: string;
}

/** What was appended to the lanes of a replay. */
export interface Appended {
  events: number;
  appends: number;
  writeUnits: number;
}

/** More than a batch has. */
const TEXTS = 16_384;
const EVENT_BYTES = 1_024;
const PAGE_BYTES = 1_024 ** 2;
const WRITE_UNIT_BYTES = 1_024;
const SIGNED = /^AWS4-HMAC-SHA256 Credential=.+, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/;
const { buckets } = DEFAULT_SETTINGS;
const TIME = parseInstant(new Date(FIRST_EVENT_MS).toISOString())?.text as string;

function positionAt(n: number): string {
  return formatPosition({ time: TIME, tiebreaker: '', id: String(n).padStart(12, '0') });
}

/** Answers `Query`; a page ends at 1 MB of stored data, as DynamoDB's. */
function createPages() {
  const random = createRandom(1);
  const events = makeEvents({ count: TEXTS, bytes: EVENT_BYTES, perSecond: 50 });
  const stored = events.map((event) => {
    const { detail: other } = events[random.integer(0, CUSTOMERS - 1)] as JsonObject;
    const detail = { ...(event.detail as JsonObject), customer: (other as JsonObject).customer };
    const text = JSON.stringify({ ...event, detail });
    const { B, S } = deflatedText.encode(text);
    const json = JSON.stringify(B ? { B: Buffer.from(B).toString('base64') } : { S });
    return { json, bytes: json.length };
  });
  return ({
    Limit,
    ExpressionAttributeValues,
  }: {
    Limit: number;
    ExpressionAttributeValues: Item;
  }): Answer => {
    const [bucket = '', after] = Object.values(ExpressionAttributeValues).map(({ S = '' }) => S);
    let n = after
      ? Number(parsePosition(after).id) + buckets
      : Number(bucket.slice(bucket.lastIndexOf('#') + 1));
    const items: string[] = [];
    for (let bytes = 0; items.length < Limit && bytes < PAGE_BYTES; n += buckets) {
      const text = stored[n % TEXTS] as (typeof stored)[number];
      items.push(`{"position":{"S":"${positionAt(n)}"},"event":${text.json}}`);
      bytes += text.bytes;
    }
    const last = `{"position":{"S":"${positionAt(n - buckets)}"}}`;
    const body = `{"Count":${items.length},"Items":[${items.join(',')}],"LastEvaluatedKey":${last}}`;
    return { status: 200, body };
  };
}

interface Append {
  Key: { lane: { S: string } };
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Item;
}

const NOTHING: Appended = { events: 0, appends: 0, writeUnits: 0 };

/** Answers the appends, and says what they did. */
function createLanes() {
  const lanes = new Map<string, { position: string; units: number }>();
  const appended = new Map<string, Appended>();
  return {
    totals: (replay: string) => appended.get(replay) ?? NOTHING,
    append({
      Key,
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeValues: values,
    }: Append): Answer {
      const valueIn = (expression: string, pattern: RegExp) =>
        values[pattern.exec(expression)?.[1] ?? ''] as AttributeValue;
      const lane = Key.lane.S;
      const before = lanes.get(lane);
      const first = valueIn(ConditionExpression, /#position < (:v\d+)/).S as string;
      if (before && before.position >= first) {
        const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
        return { status: 400, body: JSON.stringify({ __type, Item: { position: { S: before.position } } }) };
      }
      const position = valueIn(UpdateExpression, /#position = (:v\d+)/);
      // Its offset and expiry are as long as these.
      const [offset, expiresAt] = [{ N: '12345' }, { N: '1764000000' }];
      const events = valueIn(UpdateExpression, /#events = (:v\d+)/);
      const units = Math.ceil(itemBytes({ ...Key, position, offset, expiresAt, events }) / WRITE_UNIT_BYTES);
      lanes.set(lane, { position: position.S as string, units });
      const replay = lane.slice(0, lane.indexOf('#'));
      const sum = appended.get(replay) ?? NOTHING;
      appended.set(replay, {
        events: sum.events + Number(valueIn(UpdateExpression, /\+ (:v\d+)/).N),
        appends: sum.appends + 1,
        // An update counts the larger of the item before and after.
        writeUnits: sum.writeUnits + Math.max(units, before?.units ?? 0),
      });
      return { status: 200, body: '{}' };
    },
  };
}

function main({ key, cert }: { key: string; cert: string }): void {
  const pages = createPages();
  const lanes = createLanes();
  const engine = createEngine();
  const server = createServer({ key, cert }, async (request, response) => {
    const text = await readBody(request);
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const input = parseInput(text);
    const respond = (): Answer | Promise<Answer> => {
      if (!SIGNED.test(request.headers.authorization ?? '')) return { status: 403, body: '{}' };
      if (operation === 'Query') return pages(input as never);
      return input.TableName === 'OrderedEvents' && operation === 'UpdateItem'
        ? lanes.append(input as never)
        : engine(request.headers, text);
    };
    const [answer] = await Promise.all([respond(), delay(ASSUMED_REQUEST_MS)]);
    answerText(response, answer.status, answer.body);
  });
  server.listen(0, '127.0.0.1', () =>
    process.send?.(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  process.on('message', (replay: string) => process.send?.(lanes.totals(replay)));
  process.on('disconnect', () => process.exit());
}

process.once('message', main);
