import fc from 'fast-check';
import { OrderedReplayError, textOf } from '../../../src/core/errors';
import { demandRoom, parseEvent } from '../../../src/core/event/envelope';
import { MAX_EVENT_BYTES, MAX_ID_BYTES } from '../../../src/core/limits';
import { errorOf } from '../../support/errors';
import { envelope } from '../../support/events';

const REMEDY = 'Only events as EventBridge replays them can be collected; remove or mend this one.';
const TEXT_FIELDS = ['id', 'time', 'source', 'detail-type', 'replay-name'] as const;
const KINDS: [unknown, string][] = [
  [undefined, 'missing'],
  [null, 'null'],
  ['', 'empty'],
  [5, 'a number'],
  [true, 'a boolean'],
  [['x'], 'an array'],
  [{ x: 1 }, 'an object'],
];

describe.each(TEXT_FIELDS)('given an event whose %s is not a text', (field) => {
  test.each(KINDS)('%j is refused, and the message says that it is %s', (value, kind) => {
    const error = errorOf(() => parseEvent({ ...envelope(), [field]: value }));
    expect(error.code).toBe('InvalidEvent');
    expect(textOf(error)).toBe(
      `The event's "${field}" is ${kind}, where a non-empty string is expected. ${REMEDY}`,
    );
  });
});

test.each([...KINDS.filter(([, kind]) => kind !== 'an object'), ['text', 'a string'] as const])(
  'given a detail of %j, then the message says that it is %s',
  (detail, kind) => {
    const error = errorOf(() => parseEvent({ ...envelope(), detail }));
    expect(textOf(error)).toBe(`The event's "detail" is ${kind}, where an object is expected. ${REMEDY}`);
  },
);

test.each([
  ...KINDS.filter(([value]) => value !== '' && !isPlainObject(value)),
  ['"x"', 'a string'],
  ['[1]', 'an array'],
] as const)('given %j for an event, then the message says that it is %s', (input, kind) => {
  const error = errorOf(() => parseEvent(input));
  expect(textOf(error)).toBe(`The event is ${kind}, where a JSON object is expected. ${REMEDY}`);
});

test('given text that is not JSON, then the message has its length and not its content', () => {
  const error = errorOf(() => parseEvent('{"secret": tell-nobody'));
  expect(textOf(error)).toBe(`The event's 22 characters are not JSON (SyntaxError). ${REMEDY}`);
  expect(error.cause).toBeUndefined();
});

test.each(['a b', 'x#y', 'é', 'a'.repeat(65), 'a/b', 'a\n'])(
  'given the replay name %j, then it is refused',
  (name) => {
    const error = errorOf(() => parseEvent(envelope({ 'replay-name': name })));
    expect(textOf(error)).toBe(
      `The event's "replay-name" is a text of ${name.length} characters; allowed are 1 to 64 letters, digits, ".", "-", "_". ${REMEDY}`,
    );
  },
);

test('given a time that is none, then the message has its length, and not what it is', () => {
  const time = `12 o'clock${'!'.repeat(100)}`;
  const error = errorOf(() => parseEvent(envelope({ time })));
  expect(textOf(error)).toBe(
    `The event's "time" is a text of ${time.length} characters, where an ISO 8601 timestamp is expected. ${REMEDY}`,
  );
  expect(error.ids).toEqual({ eventId: envelope().id, replay: envelope()['replay-name'] });
});

test('given an id that is too long for a position, then the message has its bytes and the limit', () => {
  const error = errorOf(() => parseEvent(envelope({ id: `${'é'.repeat(MAX_ID_BYTES / 2)}x` })));
  expect(textOf(error)).toBe(`The event's "id" has 257 bytes; allowed are 256. ${REMEDY}`);
  expect(parseEvent(envelope({ id: 'x'.repeat(MAX_ID_BYTES) })).id).toHaveLength(MAX_ID_BYTES);
});

test('given an event of exactly the largest size, then it is taken, and one byte more is refused with its bytes', () => {
  const padded = (bytes: number) => {
    const rest = Buffer.byteLength(JSON.stringify(envelope({ detail: { padding: '' } })));
    return envelope({ detail: { padding: 'x'.repeat(bytes - rest) } });
  };
  const fitting = parseEvent(padded(MAX_EVENT_BYTES));
  expect(Buffer.byteLength(fitting.json)).toBe(MAX_EVENT_BYTES);
  expect(() => demandRoom(fitting)).not.toThrow();
  const error = errorOf(() => demandRoom(parseEvent(padded(MAX_EVENT_BYTES + 1))));
  expect(error.code).toBe('EventTooLarge');
  expect(error.disposition).toBe('park');
  expect(textOf(error)).toBe(
    'The event has 405505 bytes; a DynamoDB item leaves room for 405504. ' +
      'Set command.onMissing to continue in the row, to go on without it, and handle it by hand.',
  );
});

test('R5: given any event, then as an object and as text, however spaced, it gives the same JSON with all its fields', () => {
  const extras = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
  fc.assert(
    fc.property(
      extras,
      fc.object({ values: [fc.jsonValue()] }),
      fc.nat({ max: 4 }),
      (more, detail, indent) => {
        const whole = JSON.parse(JSON.stringify({ ...more, ...envelope({ detail }) }));
        const fromObject = parseEvent(structuredClone(whole));
        const fromText = parseEvent(JSON.stringify(whole, null, indent));
        expect(fromText.json).toBe(fromObject.json);
        expect(JSON.parse(fromObject.json)).toEqual(whole);
        expect(fromObject.json.isWellFormed()).toBe(true);
      },
    ),
  );
});

test('given any broken event, then neither the message nor the ids have anything of its detail', () => {
  const secret = 'kbhX9-secret';
  const broken = fc.oneof(
    fc
      .constantFrom(...TEXT_FIELDS)
      .map((field) => ({ ...envelope({ detail: { secret } }), [field]: [secret] })),
    fc.constant({ ...envelope(), detail: secret }),
    fc.constant({ ...envelope(), detail: [secret] }),
    fc.constant(`{"detail": {"secret": "${secret}"`),
    fc.constant(envelope({ detail: { secret: secret.repeat(40_000) } })),
  );
  fc.assert(
    fc.property(broken, (input) => {
      const error = errorOf(() => demandRoom(parseEvent(input)));
      expect(error).toBeInstanceOf(OrderedReplayError);
      expect(`${error.stack}${JSON.stringify(error.ids)}${String(error.cause)}`).not.toContain(secret);
    }),
  );
});

test('given a field named __proto__, then it is kept as a field and changes nothing', () => {
  const { json } = parseEvent(JSON.stringify(envelope()).replace('{', '{"__proto__":{"id":"other"},'));
  expect(json).toContain('"__proto__":{"id":"other"}');
  expect(parseEvent(json).id).toBe(envelope().id);
});

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

test('given an event that is nested more deeply than can be written, then it is refused for good, and not tried again', () => {
  const depth = 100_000;
  const detail = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const json = JSON.stringify(envelope({ id: 'e-1' })).replace(
    /"detail":\{.*?\}/,
    () => `"detail":${detail}`,
  );
  const error = errorOf(() => parseEvent(json));
  expect(error).toMatchObject({ code: 'InvalidEvent', disposition: 'park', ids: { eventId: 'e-1' } });
  expect(error.message).toBe('The event is nested too deeply to be written.');
});
