import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SECOND_MS } from '../core/limits';
import type { Histories } from '../core/ports';
import type { HistoryPoint, RunHistory } from '../core/replay/history';
import {
  type Codec,
  type Columns,
  column,
  decodeItem,
  encodeItem,
  type Item,
  instant,
  list,
  map,
  orElse,
  timeToLive,
} from './attributes';
import { writeIf } from './conditional-write';
import { deflatedText } from './deflated';
import { createPlaceholders } from './expression';
import { TAKEN_UP } from './replay-row';
import { tellingUnavailable } from './unavailable';

/** A request is given up then: what waits for it at the end of a call must not wait long. */
const LONGEST_MS = SECOND_MS;

/**
 * `<at>,<event time>,<released>,<lag>` for each point, in milliseconds, each as the difference to the point before but the
 * lag; what is absent is empty. Deflated where that saves a write unit.
 */
const points: Codec<HistoryPoint[]> = {
  encode: (value) => deflatedText.encode(pointsText(value)),
  decode: (attribute) => pointsIn(deflatedText.decode(attribute)),
};

type Stored = RunHistory & { writtenAtMs: number; expiresAtMs: number };

const HISTORY: Columns<Partial<Omit<Stored, 'expiresAtMs'>>> = {
  points: column('points', orElse(points, [])),
  takenUp: column('takenUp', orElse(list(map(TAKEN_UP)), [])),
  writtenAtMs: column('writtenAt', orElse(instant, 0)),
};
const STORED: Columns<Partial<Stored>> = { ...HISTORY, expiresAtMs: column('expiresAt', timeToLive) };

/** The `Replays` table: the key of a run's history is `<run>#history`, and no run has a `#` in its name. */
export function dynamoHistories({ client, table }: { client: DynamoDBClient; table: string }): Histories {
  const inTime = () => ({ abortSignal: AbortSignal.timeout(LONGEST_MS) });
  const keyOf = (run: string): Item => ({ replay: { S: `${run}#history` } });
  return tellingUnavailable('DynamoDB', {
    async get(run) {
      const get = new GetItemCommand({ TableName: table, Key: keyOf(run), ConsistentRead: true });
      const { Item } = await client.send(get, inTime());
      const stamp = Item?.writtenAt?.S;
      return Item && { points: [], takenUp: [], writtenAtMs: 0, ...decodeItem(HISTORY, Item), stamp };
    },

    put(run, history, read) {
      const { path, value, parameters } = createPlaceholders();
      const sets = Object.entries(encodeItem(STORED, history)).map(
        ([attribute, encoded]) => `${path(attribute)} = ${value(encoded)}`,
      );
      const written = path('writtenAt');
      const isRead =
        read?.stamp === undefined
          ? `NOT attribute_type(${written}, ${value({ S: 'S' })})`
          : `${written} = ${value({ S: read.stamp })}`;
      const update = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(run),
        UpdateExpression: `SET ${sets.join(', ')}`,
        ConditionExpression: isRead,
        ...parameters(),
      });
      return writeIf(client, update, inTime());
    },
  });
}

function pointsText(all: HistoryPoint[]): string {
  let before: HistoryPoint = { atMs: 0, released: 0 };
  let timeMs = 0;
  return all
    .map((point) => {
      const { atMs, eventTimeMs, released, lagMs } = point;
      const parts = [
        atMs - before.atMs,
        eventTimeMs === undefined ? '' : eventTimeMs - timeMs,
        released - before.released,
        lagMs ?? '',
      ];
      before = point;
      timeMs = eventTimeMs ?? timeMs;
      return parts.join(',');
    })
    .join(' ');
}

const POINT = /^(-?\d+),(-?\d+)?,(-?\d+),(\d+)?$/;

/** @throws TypeError where somebody has typed something else. */
function pointsIn(all: string): HistoryPoint[] {
  let [atMs, released, timeMs] = [0, 0, 0];
  return all
    .split(' ')
    .filter((point) => point !== '')
    .map((point) => {
      const parts = POINT.exec(point);
      if (!parts) throw new TypeError('expected are points');
      atMs += Number(parts[1]);
      timeMs += Number(parts[2] ?? 0);
      released += Number(parts[3]);
      return {
        atMs,
        ...(parts[2] !== undefined && { eventTimeMs: timeMs }),
        released,
        ...(parts[4] !== undefined && { lagMs: Number(parts[4]) }),
      };
    });
}
