import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Placeholders of one request's expressions. Every name goes through one, because `bucket`, `position`, `offset` and
 * others are reserved: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
 */
export function createPlaceholders() {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  return {
    /** The placeholder of an attribute, or of one inside a map: `path('checkpoint', 'position')`. */
    path(...attributes: string[]): string {
      for (const attribute of attributes) names[`#${attribute}`] = attribute;
      return attributes.map((attribute) => `#${attribute}`).join('.');
    },
    value(attribute: AttributeValue): string {
      const placeholder = `:v${Object.keys(values).length}`;
      values[placeholder] = attribute;
      return placeholder;
    },
    /** Of all placeholders given out so far. DynamoDB refuses empty maps. */
    parameters() {
      return {
        ExpressionAttributeNames: names,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      };
    },
  };
}

export type Placeholders = ReturnType<typeof createPlaceholders>;

/** Holds where the attribute at a path has this value, or is not there if that is `undefined`. */
export function equals(path: string, expected: AttributeValue | undefined, { value }: Placeholders): string {
  return expected === undefined ? `attribute_not_exists(${path})` : `${path} = ${value(expected)}`;
}

/** Sets what has a value and removes what has none; `undefined` for no change: DynamoDB refuses an empty expression. */
export function updateOf(
  changes: [path: string, becomes: AttributeValue | undefined][],
  { value }: Placeholders,
): string | undefined {
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [path, becomes] of changes) {
    if (becomes === undefined) removes.push(path);
    else sets.push(`${path} = ${value(becomes)}`);
  }
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return clauses.length > 0 ? clauses.join(' ') : undefined;
}
