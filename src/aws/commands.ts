import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { WishName } from '../core/replay/command';
import { END_PHASES } from '../core/replay/row';
import type { AsSeen, CommandChanges, Commands } from '../operator/ports';
import { encodeTyped, type Item, text } from './attributes';
import { createPlaceholders, equals, type Placeholders, updateOf } from './expression';
import { isUnderWay } from './replay-row';
import { tellingUnavailable } from './unavailable';

/** The map `command` of a row in the `Replays` table: a person's credentials need no more of it than `UpdateItem`. */
export function dynamoCommands({ client, table }: { client: DynamoDBClient; table: string }): Commands {
  /** @returns The item as it is where the condition does not hold. */
  async function update(run: string, expression: string | undefined, condition: string, parameters: object) {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { replay: text().encode(run) },
          UpdateExpression: expression,
          ConditionExpression: condition,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          ...parameters,
        }),
      );
      return 'written';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { item: error.Item };
      throw error;
    }
  }

  /** A row that somebody has made by hand, or typed into, may have none; then nobody has asked anything yet. */
  async function makeMap(run: string): Promise<void> {
    const { path, value, parameters } = createPlaceholders();
    const command = path('command');
    const isNoMap = `NOT attribute_type(${command}, ${value({ S: 'M' })})`;
    const condition = `attribute_exists(${path('replay')}) AND (attribute_not_exists(${command}) OR ${isNoMap})`;
    await update(run, `SET ${command} = ${value({ M: {} })}`, condition, parameters());
  }

  return tellingUnavailable('DynamoDB', {
    async write(run, changes, asSeen) {
      for (let attempt = 1; ; attempt++) {
        const placeholders = createPlaceholders();
        const expression = expressionOf(changes, placeholders);
        const condition = conditionOf(asSeen, placeholders);
        const outcome = await update(run, expression, condition, placeholders.parameters());
        if (outcome === 'written') return outcome;
        const { item } = outcome;
        if (!item) return 'noRow';
        if (hasEnded(item)) return 'ended';
        if (item.command?.M || attempt > 1) return 'moved';
        await makeMap(run);
      }
    },
  });
}

function expressionOf(changes: CommandChanges, placeholders: Placeholders): string | undefined {
  const names = Object.keys(changes) as WishName[];
  return updateOf(
    names.map((name) => [placeholders.path('command', name), encodeIfAny(changes[name])]),
    placeholders,
  );
}

function conditionOf(asSeen: AsSeen | undefined, placeholders: Placeholders): string {
  const { path, value } = placeholders;
  const conditions = [
    `attribute_exists(${path('replay')})`,
    isUnderWay(placeholders),
    `attribute_type(${path('command')}, ${value({ S: 'M' })})`,
  ];
  if (asSeen) {
    const { checkpointPosition, planN, stepTo } = asSeen;
    conditions.push(
      equals(path('checkpoint', 'position'), encodeIfAny(checkpointPosition), placeholders),
      equals(path('plan', 'n'), encodeIfAny(planN), placeholders),
      equals(path('command', 'stepTo'), encodeIfAny(stepTo), placeholders),
    );
  }
  return conditions.join(' AND ');
}

function encodeIfAny(typed: unknown): AttributeValue | undefined {
  return typed === undefined ? undefined : encodeTyped(typed);
}

function hasEnded({ phase }: Item): boolean {
  return (END_PHASES as readonly (string | undefined)[]).includes(phase?.S);
}
