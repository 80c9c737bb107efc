import type { DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { LaneEvent, Lanes } from '../core/ports';
import { type Columns, column, decodeItem, number, text, texts, timeToLive } from './attributes';
import { deflatedTexts } from './deflated';
import { createPlaceholders } from './expression';
import { fastUpdates, type UpdateOrFind } from './fast-way';
import { tellingUnavailable } from './unavailable';

const POSITION: Columns<{ position: string }> = { position: column('position', text()) };

export interface LanesOptions {
  client: DynamoDBClient;
  table: string;
  /** How an append is sent; by default the fast way. */
  update?: UpdateOrFind;
}

/**
 * The `OrderedEvents` table: `lane` = `<replay>#<ordering key>` is the key, and each append overwrites the lane's
 * item. The order of an item's changes is the order of its stream records:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export function dynamoLanes({ client, table, update = fastUpdates(client) }: LanesOptions): Lanes {
  return tellingUnavailable('DynamoDB', {
    async append(lane, events, expiresAtMs, consumers) {
      const existing = await update(appendTo(table, lane, events, expiresAtMs, consumers));
      return existing ? { alreadyAt: decodeItem(POSITION, existing).position } : 'appended';
    },
  });
}

/** An append as a request. Made again, it finds its own effect and is refused. */
function appendTo(
  table: string,
  lane: string,
  events: LaneEvent[],
  expiresAtMs: number,
  consumers?: readonly string[],
): UpdateItemCommandInput {
  const { path, value, parameters } = createPlaceholders();
  const [first, last] = [events.at(0), events.at(-1)] as [LaneEvent, LaneEvent];
  const position = path('position');
  const offset = path('offset');
  const tiebreakers = events.map(({ tiebreaker }) => tiebreaker);
  const hasTiebreakers = tiebreakers.some((tiebreaker) => tiebreaker !== '');
  const sets = [
    `${path('events')} = ${value(deflatedTexts.encode(events.map(({ json }) => json)))}`,
    `${position} = ${value(text().encode(last.position))}`,
    `${offset} = if_not_exists(${offset}, ${value(number.encode(-1))}) + ${value(number.encode(events.length))}`,
    `${path('expiresAt')} = ${value(timeToLive.encode(expiresAtMs))}`,
    ...(consumers ? [`${path('consumers')} = ${value(texts.encode([...consumers]))}`] : []),
    ...(hasTiebreakers ? [`${path('tiebreakers')} = ${value(texts.encode(tiebreakers))}`] : []),
  ];
  const removes = hasTiebreakers ? '' : ` REMOVE ${path('tiebreakers')}`;
  return {
    TableName: table,
    Key: { lane: text().encode(lane) },
    UpdateExpression: `SET ${sets.join(', ')}${removes}`,
    ConditionExpression: `attribute_not_exists(${position}) OR ${position} < ${value(text().encode(first.position))}`,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...parameters(),
  };
}
