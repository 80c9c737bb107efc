import { deflateSync, inflateSync, type ZlibOptions } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { MAX_EVENT_BYTES } from '../core/limits';
import { type Codec, text, texts } from './attributes';

/**
 * Texts that are deflated (RFC 1950, a binary attribute) where that saves a write unit, and stay readable where it
 * does not. DynamoDB bills a write by the kibibyte, begun:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */

const WRITE_UNIT_BYTES = 1_024;
const LARGE_TEXT_BYTES = 64 * 1_024;
/** Level 6 takes 60 ms for a large text with many half matches; level 5 takes a third of that, and 1% more bytes. */
const LARGE_TEXT_OPTIONS = { level: 5 };
const MAX_WINDOW_BITS = 15;
/** What a window holds beside what can be referred to: zlib's MIN_LOOKAHEAD. */
const LOOKAHEAD_BYTES = 262;
/** In zlib's defaults the hash has so many bits fewer than the window; less than level 5 makes the blocks too short. */
const MEM_LEVEL_BELOW_WINDOW = 7;
const LEAST_MEM_LEVEL = 5;
/** Output is reserved by so much at a time. Most events fit one; Node.js's default of 16 KiB would be garbage for each. */
const INFLATED_CHUNK_BYTES = 4_096;
/** Key, position, counters and attribute names of an item, with room for a long id. */
const OTHER_BYTES = 256;

/** A list's texts are JSON, whose quotes and backslashes are escaped once more. */
const MAX_LIST_BYTES = 2 * MAX_EVENT_BYTES + 16 * 1_024;

export const deflatedText: Codec<string> = {
  encode: (value) => deflatedIfCheaper(value) ?? text().encode(value),
  decode: (attribute) => (attribute.B ? inflate(attribute.B, MAX_EVENT_BYTES) : text().decode(attribute)),
};

/** A text as it is stored: a page of them takes little, and only what is asked for is inflated. */
export interface HeldText {
  heldBytes: number;
  text(): string;
}

export const heldText: Codec<HeldText> = {
  encode: (held) => deflatedText.encode(held.text()),
  decode: (attribute) => ({
    heldBytes: attribute.B?.length ?? Buffer.byteLength(text().decode(attribute)),
    text: () => deflatedText.decode(attribute),
  }),
};

/** A list, deflated as the JSON of an array. */
export const deflatedTexts: Codec<string[]> = {
  encode: (values) => deflatedIfCheaper(JSON.stringify(values)) ?? texts.encode(values),
  decode: (attribute) =>
    attribute.B ? (JSON.parse(inflate(attribute.B, MAX_LIST_BYTES)) as string[]) : texts.decode(attribute),
};

function deflatedIfCheaper(value: string): AttributeValue | undefined {
  const bytes = Buffer.byteLength(value);
  const units = writeUnits(bytes);
  if (units === 1) return undefined;
  const deflated = deflateSync(value, optionsFor(bytes));
  return writeUnits(deflated.length) < units ? { B: deflated } : undefined;
}

/** A window larger than the text finds nothing more, and memory is made ready for each text: what is not needed takes time. */
function optionsFor(bytes: number): ZlibOptions {
  if (bytes > LARGE_TEXT_BYTES) return LARGE_TEXT_OPTIONS;
  const windowBits = Math.min(MAX_WINDOW_BITS, Math.ceil(Math.log2(bytes + LOOKAHEAD_BYTES)));
  return { level: 6, memLevel: Math.max(LEAST_MEM_LEVEL, windowBits - MEM_LEVEL_BELOW_WINDOW), windowBits };
}

/** A few damaged bytes can inflate to a thousand times what they are: nothing of ours is beyond its limit. */
function inflate(bytes: Uint8Array, maxBytes: number): string {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes, chunkSize: INFLATED_CHUNK_BYTES }).toString(
      'utf8',
    );
  } catch (cause) {
    throw new TypeError(`expected are deflated bytes of a text of at most ${maxBytes} bytes`, { cause });
  }
}

function writeUnits(bytes: number): number {
  return Math.ceil((bytes + OTHER_BYTES) / WRITE_UNIT_BYTES);
}
