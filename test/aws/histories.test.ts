import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoHistories } from '../../src/aws/histories';
import { dynamoReplays } from '../../src/aws/replays';
import { memoryHistories } from '../fakes/histories';
import { startAwsStub } from './aws-stub';
import { type DynamoDbEngine, startDynamoDb } from './dynamodb-engine';
import { freshName } from './fresh-name';
import { fullHistory, historiesSuite } from './histories.suite';
import { newRow } from './replay-rows';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

const AT_MS = Date.parse('2026-11-20T12:00:00.007Z');
const EXPIRES_AT_MS = Date.parse('2027-02-08T12:00:01Z');

describe('the histories in memory', () => {
  historiesSuite(async () => ({ histories: memoryHistories(), close: async () => undefined }));
});

describe('the histories on DynamoDB', () => {
  let engine: DynamoDbEngine;
  const historiesOn = ({ client, tables }: DynamoDbEngine) =>
    dynamoHistories({ client, table: tables.replays });
  const keyOf = (run: string) => ({ replay: { S: `${run}#history` } });

  historiesSuite(async () => {
    engine = await startDynamoDb();
    return { histories: historiesOn(engine), close: () => engine.close() };
  });

  const itemOf = async (run: string) =>
    (await engine.client.send(new GetItemCommand({ TableName: engine.tables.replays, Key: keyOf(run) })))
      .Item;

  test('the points of a small one can be read; it expires with its row', async () => {
    const run = freshName();
    const points = [
      { atMs: 1_000, released: 0 },
      { atMs: 2_000, eventTimeMs: 500, released: 3, lagMs: 5 },
      { atMs: 3_500, eventTimeMs: 700, released: 4 },
    ];
    const history = { points, takenUp: [], writtenAtMs: AT_MS, expiresAtMs: EXPIRES_AT_MS };
    await historiesOn(engine).put(run, history, undefined);
    expect(await itemOf(run)).toEqual({
      ...keyOf(run),
      points: { S: '1000,,0, 1000,500,3,5 1500,200,1,' },
      takenUp: { L: [] },
      writtenAt: { S: '2026-11-20T12:00:00.007Z' },
      expiresAt: { N: '1802088001' },
    });
  });

  test('one with all that it may have is two write units', async () => {
    const run = freshName();
    await historiesOn(engine).put(
      run,
      { ...fullHistory(), writtenAtMs: AT_MS, expiresAtMs: EXPIRES_AT_MS },
      undefined,
    );
    const { points, ...others } = (await itemOf(run)) ?? {};
    expect((points?.B?.byteLength ?? 0) + JSON.stringify(others).length).toBeLessThan(2_048);
  });

  test('given a row and its history, then a look for replays that have not ended finds the row alone', async () => {
    const replay = freshName();
    const replays = dynamoReplays({ client: engine.client, table: engine.tables.replays });
    await replays.create(newRow(replay));
    await historiesOn(engine).put(
      replay,
      {
        ...fullHistory(),
        writtenAtMs: AT_MS,
        expiresAtMs: EXPIRES_AT_MS,
      },
      undefined,
    );
    const found = (await replays.notEnded()).filter((row) => row.replay.startsWith(replay));
    expect(found).toEqual([newRow(replay)]);
  });

  test.each([
    ['points', { S: 'one, two' }],
    ['points', { N: '7' }],
    ['points', { B: new Uint8Array([1, 2]) }],
    ['takenUp', { S: 'stop' }],
    ['takenUp', { L: [{ M: { n: { S: 'x' } } }] }],
    ['writtenAt', { S: 'yesterday' }],
    ['writtenAt', { N: '5' }],
    ['writtenAt', { S: '2999-01-01T00:00:00.000Z' }],
  ])(
    'given somebody who made %s %j, then what can be read is read, and the next one is written over it',
    async (attribute, value) => {
      const run = freshName();
      const histories = historiesOn(engine);
      const history = { ...fullHistory(), writtenAtMs: AT_MS, expiresAtMs: EXPIRES_AT_MS };
      await histories.put(run, history, undefined);
      const Item = { ...(await itemOf(run)), [attribute]: value };
      await engine.client.send(new PutItemCommand({ TableName: engine.tables.replays, Item: Item as never }));
      const key = { points: 'points', takenUp: 'takenUp', writtenAt: 'writtenAtMs' }[attribute] as string;
      const {
        [key]: typed,
        stamp: ___,
        ...others
      } = (await histories.get(run)) as unknown as Record<string, unknown>;
      const { [key]: _, expiresAtMs: __, ...expected } = history as Record<string, unknown>;
      expect(others).toEqual(expected);
      if (key !== 'writtenAtMs') expect(typed).toEqual([]);
      const read = await histories.get(run);
      expect(await histories.put(run, { ...history, writtenAtMs: AT_MS + 10_000 }, read)).toBe(true);
      expect(await histories.get(run)).toMatchObject({ ...fullHistory(), writtenAtMs: AT_MS + 10_000 });
    },
  );
});

test.each(['get', 'put'] as const)(
  'a %s that has no answer is given up after a second, by closing its connection',
  async (method) => {
    const stub = await startAwsStub();
    try {
      stub.answer = () => 'never';
      const histories = dynamoHistories({ client: stub.clients.dynamodb, table: 'Replays' });
      const sinceMs = Date.now();
      const history = { ...fullHistory(), writtenAtMs: AT_MS, expiresAtMs: EXPIRES_AT_MS };
      const asked = method === 'get' ? histories.get('r') : histories.put('r', history, undefined);
      await expect(asked).rejects.toThrow('aborted');
      const tookMs = Date.now() - sinceMs;
      expect(tookMs).toBeGreaterThan(900);
      expect(tookMs).toBeLessThan(2_500);
      expect(stub.requests).toHaveLength(1);
      while (stub.givenUp.length === 0) await new Promise(setImmediate);
    } finally {
      await stub.close();
    }
  },
);
