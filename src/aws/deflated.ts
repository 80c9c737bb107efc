import { deflateSync, inflateSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Codec, text, texts } from './attributes';

/**
 * Texts that are deflated (RFC 1950, a binary attribute) where that saves a write unit, and stay readable where it
 * does not. DynamoDB bills a write by the kibibyte, begun:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */

const WRITE_UNIT_BYTES = 1_024;
/** Above this, level 6 takes 60 ms for text with many half matches; level 5 takes a third of that, and 1% more bytes. */
const MANY_UNITS = 64;
/** Key, position, counters and attribute names of an item, with room for a long id. */
const OTHER_BYTES = 256;

export const deflatedText: Codec<string> = {
  encode: (value) => deflatedIfCheaper(value) ?? text().encode(value),
  decode: (attribute) => (attribute.B ? inflate(attribute.B) : text().decode(attribute)),
};

/** A list, deflated as the JSON of an array. */
export const deflatedTexts: Codec<string[]> = {
  encode: (values) => deflatedIfCheaper(JSON.stringify(values)) ?? texts.encode(values),
  decode: (attribute) =>
    attribute.B ? (JSON.parse(inflate(attribute.B)) as string[]) : texts.decode(attribute),
};

function deflatedIfCheaper(value: string): AttributeValue | undefined {
  const units = writeUnits(Buffer.byteLength(value));
  if (units === 1) return undefined;
  const deflated = deflateSync(value, { level: units > MANY_UNITS ? 5 : 6 });
  return writeUnits(deflated.length) < units ? { B: deflated } : undefined;
}

function inflate(bytes: Uint8Array): string {
  return inflateSync(bytes).toString('utf8');
}

function writeUnits(bytes: number): number {
  return Math.ceil((bytes + OTHER_BYTES) / WRITE_UNIT_BYTES);
}
