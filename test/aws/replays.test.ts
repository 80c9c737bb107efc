import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { encodeItem } from '../../src/aws/attributes';
import { REPLAY_ROW } from '../../src/aws/replay-row';
import { dynamoReplays } from '../../src/aws/replays';
import { DistinctCount } from '../../src/core/release/distinct';
import { Lags } from '../../src/core/release/lags';
import { OPTION_NAMES, OPTIONS } from '../../src/core/replay/options';
import type { Tally } from '../../src/core/replay/progress';
import type { ReplayRow } from '../../src/core/replay/row';
import { memoryReplays } from '../fakes/replays';
import { type DynamoDbEngine, startDynamoDb, testOfLostAnswers } from './dynamodb-engine';
import { freshName } from './fresh-name';
import { fullRow, newRow, rerunRow } from './replay-rows';
import { replaysSuite } from './replays.suite';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

describe('the replays in memory', () => {
  replaysSuite(async () => ({ replays: memoryReplays(), close: async () => undefined }));
});

describe('the replays on DynamoDB', () => {
  let engine: DynamoDbEngine;
  const replaysOn = ({ client, tables }: DynamoDbEngine) => dynamoReplays({ client, table: tables.replays });

  replaysSuite(async () => {
    engine = await startDynamoDb();
    return { replays: replaysOn(engine), close: () => engine.close() };
  });

  test('a row can be read by a person', async () => {
    const replay = freshName();
    await replaysOn(engine).create(fullRow(replay));
    const { Item } = await engine.client.send(
      new GetItemCommand({ TableName: engine.tables.replays, Key: { replay: { S: replay } } }),
    );
    expect(Item).toEqual({
      replay: { S: replay },
      phase: { S: 'RELEASING' },
      errorCode: { S: 'CountMismatch' },
      reason: { S: 'because' },
      warnings: {
        L: [{ M: { code: { S: 'Ties' }, message: { S: '12 events share a second' } } }],
      },
      generation: { N: '3' },
      leaseUntil: { S: '2026-11-20T12:30:00.123Z' },
      heartbeatAt: { S: '2026-11-20T12:10:00.123Z' },
      takenUp: {
        L: [
          {
            M: {
              n: { N: '6' },
              at: { S: '2026-11-20T12:08:40.007Z' },
              taken: { M: { speed: { S: '10' } } },
              released: { N: '1200000' },
            },
          },
          {
            M: {
              n: { N: '7' },
              at: { S: '2026-11-20T12:09:00.001Z' },
              taken: { M: { paused: { BOOL: true }, speed: { S: '10' } } },
              paused: { BOOL: true },
              released: { N: '1234567' },
            },
          },
        ],
      },
      lastArrivalAt: { S: '2026-11-20T12:05:02.500Z' },
      resumeAt: { S: '2026-11-20T12:10:15.500Z' },
      restarts: { N: '11' },
      notBefore: { S: '2026-11-20T13:10:00.250Z' },
      abortedGeneration: { N: '2' },
      buckets: { N: '8' },
      tiebreaker: { S: 'detail.sequence' },
      tiebreakerType: { S: 'version' },
      command: {
        M: {
          paused: { BOOL: true },
          speed: { S: '10' },
          idle: { S: '5s' },
          until: { S: '2026-11-20T12:00:00.000000000Z' },
        },
      },
      plan: {
        M: {
          n: { N: '7' },
          at: { S: '2026-11-20T12:08:40.007Z' },
          taken: { M: { paused: { BOOL: true }, speed: { S: '10' } } },
          speed: { S: '1' },
          idle: { S: 'none' },
          pausedAt: { S: '2026-11-20T12:09:00.001Z' },
        },
      },
      options: {
        M: Object.fromEntries(OPTION_NAMES.map((name) => [name, { S: OPTIONS[name].default }])),
      },
      window: { M: { from: { S: '2026-11-01T00:00:00.000Z' }, to: { S: '2026-11-02T00:00:00.000Z' } } },
      createdAt: { S: '2026-11-20T12:00:00.001Z' },
      retainedUntil: { S: '2026-12-04T12:00:00.001Z' },
      completedAt: { S: '2026-11-20T12:05:00.000Z' },
      queuesEmptyAt: { S: '2026-11-20T12:07:00.500Z' },
      queuesEmptyReadings: { N: '2' },
      incompleteSince: { S: '2026-11-20T12:06:00.250Z' },
      sealedAt: { S: '2026-11-20T12:08:00.999Z' },
      releasingSince: { S: '2026-11-20T12:08:12.500Z' },
      releaseStartedAt: { S: '2026-11-20T12:08:13.000Z' },
      doneAt: { S: '2026-11-20T13:00:00.000Z' },
      stoppedAt: { S: '2026-11-20T13:01:00.000Z' },
      checkpoint: {
        M: {
          position: { S: '2026-11-20T12:00:05.000000000Z##id' },
          released: { N: '1234567' },
          duplicates: { N: '3' },
          eventTime: { S: '2026-11-01T12:00:00.999Z' },
          dueAt: { N: '1795176540000.3333' },
          tally: {
            M: {
              ties: { N: '12' },
              outOfOrder: { N: '1100000' },
              farthestMs: { N: '45678' },
              latestReceivedAt: { S: '2026-11-20T12:04:59.500Z' },
              keyed: { N: '1234560' },
              lanes: { N: '2' },
              laneSketch: { B: new Uint8Array([0, 0xc0, 0xff, 0xee, 0xde, 0xad, 0xbe, 0xef]) },
            },
          },
        },
      },
      next: { M: { eventTime: { S: '2026-11-01T12:00:03.000Z' }, dueAt: { S: '2026-11-20T12:09:01.500Z' } } },
      lag: {
        M: { nowMs: { N: '5' }, p99Ms: { N: '15' }, worstMs: { N: '80' }, counts: { S: '9..3.ry' } },
      },
      rate: {
        M: {
          eventsPerSecond: { N: '16.72' },
          since: { S: '2026-11-20T12:08:50.500Z' },
          events: { N: '33' },
        },
      },
      counting: {
        L: [
          {
            M: {
              after: { S: '2026-11-20T12:00:05.000000000Z##id' },
              events: { N: '1000000' },
              done: { BOOL: false },
            },
          },
          { M: { events: { N: '17' }, done: { BOOL: true } } },
        ],
      },
      countingSaves: { N: '6' },
      collected: { N: '2000000' },
      late: { N: '4' },
      dead: { N: '5' },
      expiresAt: { N: '1802088001' },
    });
  });

  test('the row of a rerun says what it is a run of', async () => {
    const replay = freshName();
    await replaysOn(engine).create(rerunRow(replay));
    const { Item } = await engine.client.send(
      new GetItemCommand({ TableName: engine.tables.replays, Key: { replay: { S: `${replay}@2` } } }),
    );
    expect(Item).toMatchObject({
      replay: { S: `${replay}@2` },
      phase: { S: 'SEALED' },
      set: { S: replay },
      include: { S: 'late' },
      after: { S: '2026-11-20T12:00:05.000000000Z##id' },
      to: { S: '2026-11-20T13:00:00.000000000Z' },
      lateFrom: { S: '2026-11-20T12:30:00.001Z' },
      consumers: { L: [{ S: 'billing' }, { S: 'search' }] },
      firstNumber: { N: '2411' },
      requestId: { S: 'f3d1' },
    });
  });

  /** Of a first run that goes well, with a name of 64 characters, an id of 36, and lags from nothing to minutes. */
  function releasingRow(lanes: DistinctCount): ReplayRow {
    const full = fullRow('r'.repeat(64));
    const { window, retainedUntilMs, completedAtMs, lastArrivalAtMs, queuesEmptyAtMs, sealedAtMs } = full;
    const { plan, options, command, releasingSinceMs, releaseStartedAtMs, checkpoint, lag } = full;
    const { next, rate, collected, dead, leaseUntilMs, heartbeatAtMs, resumeAtMs } = full;
    const lags = new Lags();
    for (let ms = 1; ms < 300_000; ms *= 1.1) lags.add(ms, 100);
    const position = '2026-11-20T12:00:05.000000000Z#n0000000012345#6a7e8feb-b491-4cf7-a9f1-bf3703467718';
    const tally = { ...(checkpoint.tally as Tally), lanes: lanes.count, laneSketch: lanes.text };
    return {
      ...newRow(full.replay),
      ...{ phase: 'RELEASING', leaseUntilMs, heartbeatAtMs, resumeAtMs, plan, options, command, window },
      ...{ retainedUntilMs, completedAtMs, lastArrivalAtMs, queuesEmptyAtMs, sealedAtMs, releasingSinceMs },
      ...{ releaseStartedAtMs, next, rate, collected, dead },
      checkpoint: { ...checkpoint, position, tally },
      lag: { ...lag, counts: lags.text },
    };
  }

  test.each([1, 127, 5_000])(
    'the row of a release with %s lanes is saved for two write units',
    async (lanes) => {
      const count = new DistinctCount();
      for (let n = 0; n < lanes; n++) count.add(`order-${n}`);
      const put = new PutItemCommand({
        TableName: engine.tables.replays,
        Item: encodeItem(REPLAY_ROW, releasingRow(count)),
        ReturnConsumedCapacity: 'TOTAL',
      });
      const { ConsumedCapacity } = await engine.client.send(put);
      expect(ConsumedCapacity?.CapacityUnits).toBe(2);
    },
  );

  test('given a row that cannot be read, then the others are found all the same', async () => {
    const replay = freshName();
    await replaysOn(engine).create(newRow(replay));
    const Item = { replay: { S: `${replay}-broken` }, phase: { N: '7' }, createdAt: { S: 'noon' } };
    await engine.client.send(new PutItemCommand({ TableName: engine.tables.replays, Item }));
    const found = new Map((await replaysOn(engine).notEnded()).map((row) => [row.replay, row]));
    expect(found.get(replay)).toEqual(newRow(replay));
    expect(found.get(`${replay}-broken`)?.problems?.map(({ attribute }) => attribute)).toContain('phase');
  });

  testOfLostAnswers(
    'given a save whose answer is lost, when it is sent again, then its own guard may refuse it',
    async () => {
      const replays = replaysOn(engine);
      const replay = freshName();
      await replays.create(newRow(replay));
      engine.loseNextAnswer('UpdateItem');
      expect(await replays.save(replay, { generation: 2 }, { generation: 1 })).toBe(false);
      expect(await replays.get(replay)).toEqual({ ...newRow(replay), generation: 2 });
    },
  );
});
