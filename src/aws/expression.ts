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
