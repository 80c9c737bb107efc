import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { WishName } from '../core/replay/command';
import { END_PHASES } from '../core/replay/row';
import type { AsSeen, CommandChanges, Commands } from '../operator/ports';
import { encodeTyped, type Item, number, text } from './attributes';
import { createPlaceholders } from './expression';
import { tellingUnavailable } from './unavailable';

/** The map `command` of a row in the `Replays` table: a person's credentials need no more of it than `UpdateItem`. */
export function dynamoCommands({ client, table }: { client: DynamoDBClient; table: string }): Commands {
  /** @returns The item as it is where the condition does not hold. */
  async function update(run: string, expression: string, condition: string, parameters: object) {
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

type Placeholders = ReturnType<typeof createPlaceholders>;

function expressionOf(changes: CommandChanges, { path, value }: Placeholders): string {
  const names = Object.keys(changes) as WishName[];
  const sets = names
    .filter((name) => changes[name] !== undefined)
    .map((name) => `${path('command', name)} = ${value(encodeTyped(changes[name]))}`);
  const removes = names.filter((name) => changes[name] === undefined).map((name) => path('command', name));
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return clauses.join(' ');
}

function conditionOf(asSeen: AsSeen | undefined, { path, value }: Placeholders): string {
  const ends = END_PHASES.map((phase) => value(text().encode(phase)));
  const conditions = [
    `attribute_exists(${path('replay')})`,
    `NOT ${path('phase')} IN (${ends.join(', ')})`,
    `attribute_type(${path('command')}, ${value({ S: 'M' })})`,
  ];
  if (!asSeen) return conditions.join(' AND ');
  const { checkpointPosition, planN, stepTo } = asSeen;
  const equal = (attribute: string, expected: Item[string] | undefined) =>
    expected === undefined ? `attribute_not_exists(${attribute})` : `${attribute} = ${value(expected)}`;
  return [
    ...conditions,
    equal(
      path('checkpoint', 'position'),
      checkpointPosition === undefined ? undefined : { S: checkpointPosition },
    ),
    equal(path('plan', 'n'), planN === undefined ? undefined : number.encode(planN)),
    equal(path('command', 'stepTo'), stepTo === undefined ? undefined : encodeTyped(stepTo)),
  ].join(' AND ');
}

function hasEnded({ phase }: Item): boolean {
  return (END_PHASES as readonly (string | undefined)[]).includes(phase?.S);
}
