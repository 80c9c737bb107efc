import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { writeOrFind } from '../../src/aws/conditional-write';
import { deflatedTexts } from '../../src/aws/deflated';
import { fastUpdates, type UpdateOrFind } from '../../src/aws/fast-way';
import { dynamoLanes } from '../../src/aws/lanes';
import { type LaneImage, memoryLanes } from '../fakes/lanes';
import { type DynamoDbEngine, startDynamoDb, testOfLostAnswers } from './dynamodb-engine';
import { lanesSuite } from './lanes.suite';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

describe('the lanes in memory', () => {
  lanesSuite(async () => {
    const lanes = memoryLanes();
    return {
      lanes,
      async image(lane) {
        const record = lanes.image(lane);
        if (!record) return undefined;
        const { positions: _, ...image } = record;
        return image;
      },
      close: async () => undefined,
    };
  });

  test('the log has every append that took effect, in order', async () => {
    const lanes = memoryLanes();
    const at = (n: number) => ({
      position: `2026-11-20T12:00:0${n}.000000000Z##${n}`,
      tiebreaker: '',
      json: '{}',
    });
    await lanes.append('r#a', [at(1), at(2)], 0);
    await lanes.append('r#b', [at(1)], 0);
    await lanes.append('r#a', [at(2)], 0);
    await lanes.append('r#a', [at(3)], 0);
    expect(lanes.log.map(({ lane, offset, positions }) => [lane, offset, positions.length])).toEqual([
      ['r#a', 1, 2],
      ['r#b', 0, 1],
      ['r#a', 2, 1],
    ]);
    expect(lanes.contents().get('r#a')).toEqual(
      [1, 2, 3].map((n) => ({ position: at(n).position, json: '{}' })),
    );
  });
});

/** How appends are sent. */
const WAYS: [name: string, update: (client: DynamoDBClient) => UpdateOrFind][] = [
  ['the fast way', fastUpdates],
  ['the SDK client', (client) => (input) => writeOrFind(client, new UpdateItemCommand(input))],
];

describe.each(WAYS)('the lanes on DynamoDB, by %s', (_, update) => {
  let engine: DynamoDbEngine;
  const lanesOn = ({ client, tables }: DynamoDbEngine) =>
    dynamoLanes({ client, table: tables.orderedEvents, update: update(client) });

  async function image(lane: string): Promise<LaneImage | undefined> {
    const { Item } = await engine.client.send(
      new GetItemCommand({
        TableName: engine.tables.orderedEvents,
        Key: { lane: { S: lane } },
        ConsistentRead: true,
      }),
    );
    if (!Item) return undefined;
    const { lane: name, events, offset, position, tiebreakers, consumers, expiresAt, ...others } = Item;
    return {
      lane: name?.S as string,
      events: deflatedTexts.decode(events as AttributeValue),
      offset: Number(offset?.N),
      position: position?.S as string,
      ...(tiebreakers && { tiebreakers: tiebreakers.L?.map(({ S }) => S) as string[] }),
      ...(consumers && { consumers: consumers.L?.map(({ S }) => S) as string[] }),
      expiresAtMs: Number(expiresAt?.N) * 1_000,
      ...others,
    };
  }

  lanesSuite(async () => {
    engine = await startDynamoDb();
    return { lanes: lanesOn(engine), image, close: () => engine.close() };
  });

  testOfLostAnswers(
    'given an append whose answer is lost, when it is sent again, then nothing is in the lane twice',
    async () => {
      const lanes = lanesOn(engine);
      engine.loseNextAnswer('UpdateItem');
      const events = [1, 2].map((n) => ({
        position: `2026-11-20T12:00:0${n}.000000000Z##${n}`,
        tiebreaker: '',
        json: '{}',
      }));
      expect(await lanes.append('lost#', events, 0)).toEqual({ alreadyAt: events[1]?.position });
      expect(await image('lost#')).toMatchObject({ offset: 1 });
    },
  );
});
