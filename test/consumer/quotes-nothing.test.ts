import fc from 'fast-check';
import { orderedReplay } from '../../src/consumer';
import { contextWith, orderEvent, REPLAY, sequenceNumberOf, streamOf } from '../support/stream-batch';

const error = jest.spyOn(console, 'error').mockImplementation();
afterEach(() => jest.clearAllMocks());

const SECRET = 'm4rk3r';

function throwing(): never {
  throw new Error(SECRET);
}

/** An error whose property is read by throwing. */
const unreadable = (name: string) => Object.defineProperty(new Error(SECRET), name, { get: throwing });
const named = (name: unknown) => Object.assign(new Error(SECRET), { name });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable(new Error(SECRET), {});
  revoke();
  return proxy;
};

const HANDLER_FAILED = 'The handler failed on a replayed event; its record is delivered again.';
const NO_PLAIN_NAME = 'an error without a plain name';
const NOT_READABLE = 'an error that cannot be read';

test.each<[string, () => unknown, string]>([
  ['an error', () => new RangeError(SECRET, { cause: SECRET }), 'RangeError'],
  ['an error whose name is a sentence', () => named(`No ${SECRET} of Ann`), NO_PLAIN_NAME],
  ['an error whose name is very long', () => named(SECRET.repeat(100)), NO_PLAIN_NAME],
  ['an error whose name is an object', () => named({ [SECRET]: SECRET }), NO_PLAIN_NAME],
  ['an error whose name is a BigInt, which JSON has not', () => named(7n), NO_PLAIN_NAME],
  ['an error whose name is a symbol', () => named(Symbol(SECRET)), NO_PLAIN_NAME],
  ['an error without a name', () => named(undefined), NO_PLAIN_NAME],
  ['an error whose name throws when it is read', () => unreadable('name'), NOT_READABLE],
  ['an error whose message does', () => unreadable('message'), 'Error'],
  ['a proxy that answers nothing', revoked, NOT_READABLE],
  ['an object whose kind cannot be asked', () => new Proxy({}, { getPrototypeOf: throwing }), NOT_READABLE],
  ['a text', () => SECRET, 'a thrown string'],
  ['nothing', () => undefined, 'a thrown undefined'],
  ['null', () => null, 'a thrown object'],
  ['an object', () => ({ toJSON: throwing, name: SECRET }), 'a thrown object'],
])(
  'given that the handler throws %s, then one line says so, and the record comes again',
  async (_, make, kind) => {
    const batch = streamOf([{ orderingKey: SECRET, events: [orderEvent(0, { source: SECRET })] }]);
    const sequenceNumber = sequenceNumberOf(batch.Records[0]);
    const handle = () => {
      throw make();
    };
    expect(await orderedReplay(handle)(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber }],
    });
    expect(error).toHaveBeenCalledTimes(1);
    const line = error.mock.calls[0]?.[0] as string;
    expect(JSON.parse(line)).toEqual({
      message: HANDLER_FAILED,
      error: kind,
      replay: REPLAY,
      run: REPLAY,
      offset: 0,
      sequenceNumber,
    });
  },
);

/** Anything in the place of any part of a record, so that the secret stands where AWS has its own words. */
const odd = fc.constantFrom<unknown>(
  `${SECRET} of an order`,
  [`${SECRET} of an order`],
  { [`${SECRET} of an order`]: `${SECRET} of an order` },
  { S: `${SECRET} of an order` },
  null,
  undefined,
  7,
);
const PARTS = ['eventSource', 'eventSourceARN', 'dynamodb'] as const;
const OF_THE_ITEM = ['lane', 'events', 'offset', 'position', 'tiebreakers', 'consumers'] as const;
const OF_THE_STREAM = ['NewImage', 'SequenceNumber', 'StreamViewType'] as const;

test('given a record that something else has written, then neither the refusal nor the log says what is in it', async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PARTS, ...OF_THE_ITEM, ...OF_THE_STREAM),
      odd,
      fc.boolean(),
      async (part, value, withoutImage) => {
        const batch = structuredClone(streamOf([{ orderingKey: 'a', events: [orderEvent(0)] }]));
        const record = batch.Records[0] as Record<string, never>;
        const { dynamodb } = batch.Records[0] as { dynamodb: Record<string, never> };
        if (PARTS.includes(part as never)) record[part] = value as never;
        else if (OF_THE_STREAM.includes(part as never)) dynamodb[part] = value as never;
        else Object.assign(dynamodb.NewImage as never, { [part]: value });
        if (withoutImage) delete dynamodb.NewImage;
        const refusal = await orderedReplay(() => undefined)(batch, contextWith()).catch(
          (thrown: Error) => thrown,
        );
        if (refusal instanceof Error) {
          refusals++;
          expect(`${refusal.stack} ${JSON.stringify(refusal)}`).not.toContain(SECRET);
        }
        for (const [line] of error.mock.calls) expect(line).not.toContain(SECRET);
      },
    ),
    { numRuns: 500 },
  );
  expect(refusals).toBeGreaterThan(100);
});
