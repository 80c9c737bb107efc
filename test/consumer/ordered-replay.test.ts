import { type Delivery, orderedReplay, type ReplayableEvent } from '../../src/consumer';
import { contextWith, orderEvent, REPLAY, sequenceNumberOf, streamOf } from '../support/stream-batch';
import recordedBatch from './fixtures/dynamodb-stream-batch.json';
import liveEvent from './fixtures/eventbridge-event.json';

const error = jest.spyOn(console, 'error').mockImplementation();
const warn = jest.spyOn(console, 'warn').mockImplementation();
afterEach(() => jest.clearAllMocks());

/** A handler that writes down what it gets and fails on events with these ids. */
function recorder(...failing: string[]) {
  const handled: string[] = [];
  const deliveries: (Delivery | undefined)[] = [];
  const handle = async (event: ReplayableEvent, _context: unknown, delivery?: Delivery) => {
    handled.push(event.id);
    deliveries.push(delivery);
    if (failing.includes(event.id)) throw new RangeError(`No order ${JSON.stringify(event.detail)}`);
    return 'a result';
  };
  return { handle, handled, deliveries };
}

function lineOf(log: jest.SpyInstance): unknown {
  expect(log).toHaveBeenCalledTimes(1);
  expect(log.mock.calls[0]).toHaveLength(1);
  return JSON.parse(log.mock.calls[0][0]);
}

describe('called with a live event', () => {
  test('it passes the event and the context on as they are, without a delivery, and the result back', async () => {
    const handle = jest.fn().mockResolvedValue({ shipped: true });
    const context = contextWith();
    const result = await orderedReplay(handle)(liveEvent, context);
    expect(result).toEqual({ shipped: true });
    expect(handle.mock.calls).toEqual([[liveEvent, context]]);
    expect(handle.mock.calls[0][0]).toBe(liveEvent);
    expect(handle.mock.calls[0][1]).toBe(context);
  });

  test('it passes the result of a handler that is not async back', async () => {
    expect(await orderedReplay((event) => event.id)(liveEvent, contextWith())).toBe(liveEvent.id);
  });

  test.each([
    ['rejects', async (thrown: Error) => Promise.reject(thrown)],
    [
      'throws',
      (thrown: Error) => {
        throw thrown;
      },
    ],
  ])('it lets the error of a handler that %s through and logs nothing', async (_, fail) => {
    const thrown = new Error('The warehouse is closed.');
    await expect(orderedReplay(() => fail(thrown))(liveEvent, contextWith())).rejects.toBe(thrown);
    expect(error).not.toHaveBeenCalled();
  });

  test('it does not look at the deadline', async () => {
    expect(await orderedReplay(() => 'done')(liveEvent, contextWith(1))).toBe('done');
  });
});

describe('called with a stream batch', () => {
  test('it handles every event of the recorded batch in order and reports no failure', async () => {
    const { handle, handled, deliveries } = recorder();
    expect(await orderedReplay(handle)(recordedBatch, contextWith())).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual([
      'b1c9a8f2-5d3e-4a1b-9c7d-0e2f4a6b8c1d',
      '0f8d7c6b-2a1e-4f3d-8b9a-7c5e3d1f0a2b',
      '7e6d5c4b-3a29-4817-96f5-e4d3c2b1a098',
      'c4d3e2f1-6b7a-4c8d-9e0f-1a2b3c4d5e6f',
    ]);
    expect(deliveries).toEqual(
      [
        '2026-10-14T09:30:05.000000000Z#n2500011#b1c9a8f2-5d3e-4a1b-9c7d-0e2f4a6b8c1d',
        '2026-10-14T09:30:05.000000000Z#n2500012#0f8d7c6b-2a1e-4f3d-8b9a-7c5e3d1f0a2b',
        '2026-10-14T09:30:07.000000000Z#n2500013#7e6d5c4b-3a29-4817-96f5-e4d3c2b1a098',
        '2026-10-14T09:31:40.000000000Z#n2500014#c4d3e2f1-6b7a-4c8d-9e0f-1a2b3c4d5e6f',
      ].map((position, offset) => ({ replay: REPLAY, run: REPLAY, orderingKey: 'A-1001', offset, position })),
    );
    expect(error).not.toHaveBeenCalled();
    expect(warn).not.toHaveBeenCalled();
  });

  test('it gives the handler the whole event and the Lambda context', async () => {
    const handle = jest.fn();
    const context = contextWith();
    const event = { ...orderEvent(0), unknown: 'kept' };
    await orderedReplay(handle)(streamOf([{ orderingKey: '', events: [event] }]), context);
    expect(handle.mock.calls[0]).toEqual([event, context, expect.anything()]);
    expect(handle.mock.calls[0][1]).toBe(context);
  });

  test('an event is begun only when the one before is done', async () => {
    const steps: string[] = [];
    const handle = async (event: ReplayableEvent) => {
      steps.push(`begin ${event.id}`);
      for (let turns = 0; turns < 5; turns++) await Promise.resolve();
      steps.push(`end ${event.id}`);
    };
    const batch = streamOf([
      { orderingKey: 'a', events: [orderEvent(0), orderEvent(1)] },
      { orderingKey: 'b', events: [orderEvent(2)] },
    ]);
    await orderedReplay(handle)(batch, contextWith());
    expect(steps).toEqual([0, 1, 2].flatMap((n) => [`begin event-${n}`, `end event-${n}`]));
  });

  test('an ordering key may be empty and may contain the separator', async () => {
    const { handle, deliveries } = recorder();
    const batch = streamOf([
      { orderingKey: '', events: [orderEvent(0)] },
      { orderingKey: 'shop#7#\nA', events: [orderEvent(1)] },
    ]);
    await orderedReplay(handle)(batch, contextWith());
    expect(deliveries.map((delivery) => delivery?.orderingKey)).toEqual(['', 'shop#7#\nA']);
    expect(deliveries.map((delivery) => delivery?.replay)).toEqual([REPLAY, REPLAY]);
  });

  test('REMOVE records are passed over, also where a batch holds nothing else', async () => {
    const { handle, handled, deliveries } = recorder('event-1');
    const batch = streamOf([
      { orderingKey: 'old', events: [] },
      { orderingKey: 'A', events: [orderEvent(0)] },
      { orderingKey: 'older', events: [] },
      { orderingKey: 'A', events: [orderEvent(1)] },
    ]);
    const wrapped = orderedReplay(handle);
    expect(await wrapped(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[3]) }],
    });
    expect(handled).toEqual(['event-0', 'event-1']);
    expect(deliveries.map((delivery) => delivery?.offset)).toEqual([0, 1]);
    const onlyRemoved = { Records: batch.Records.slice(0, 1) };
    expect(await wrapped(onlyRemoved, contextWith())).toEqual({ batchItemFailures: [] });
  });

  test('nothing is remembered from one call to the next', async () => {
    const { handle, deliveries } = recorder();
    const wrapped = orderedReplay(handle);
    await wrapped(recordedBatch, contextWith());
    const first = deliveries.splice(0);
    await wrapped(recordedBatch, contextWith());
    expect(deliveries).toEqual(first);
  });
});

describe('when the handler fails', () => {
  const batch = streamOf(
    [
      { orderingKey: 'A-1001', events: [orderEvent(0)] },
      { orderingKey: 'A-1001', events: [orderEvent(1), orderEvent(2), orderEvent(3)] },
      { orderingKey: 'B-2002', events: [orderEvent(4)] },
    ],
    'detail.sequence',
  );

  test('it reports the record that holds the event, and touches nothing after it', async () => {
    const { handle, handled } = recorder('event-2');
    expect(await orderedReplay(handle)(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[1]) }],
    });
    expect(handled).toEqual(['event-0', 'event-1', 'event-2']);
  });

  test('it logs one line that says which event failed, with nothing of what is in it', async () => {
    await orderedReplay(recorder('event-2').handle)(batch, contextWith());
    expect(lineOf(error)).toEqual({
      message: 'The handler failed on a replayed event; its record is delivered again.',
      error: 'RangeError',
      replay: REPLAY,
      run: REPLAY,
      offset: 2,
      sequenceNumber: sequenceNumberOf(batch.Records[1]),
    });
    expect(error.mock.calls[0]?.[0]).not.toContain('A-1001');
  });

  test('a handler that is not async, or throws no Error, fails in the same way', async () => {
    const handle = () => {
      throw 'A-1001 is unknown';
    };
    expect(await orderedReplay(handle)(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[0]) }],
    });
    expect(lineOf(error)).toMatchObject({ error: 'a thrown string', offset: 0 });
  });
});

describe('when the item of an event was edited', () => {
  test.each([
    ['not JSON', '{"id": "secret'],
    ['no object', '"secret"'],
    ['null', 'null'],
    ['no event', JSON.stringify({ ...orderEvent(1), time: undefined })],
    ['of no readable time', JSON.stringify(orderEvent(1, { time: 'secret' }))],
  ])('an event that is %s is reported as failed and never skipped', async (_, json) => {
    const { handle, handled } = recorder();
    const batch = streamOf([
      { orderingKey: '', events: [orderEvent(0), orderEvent(1), orderEvent(2)] },
      { orderingKey: '', events: [orderEvent(3)] },
    ]);
    const events = batch.Records[0]?.dynamodb?.NewImage?.events as { L: { S: string }[] };
    events.L[1] = { S: json };
    expect(await orderedReplay(handle)(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[0]) }],
    });
    expect(handled).toEqual(['event-0']);
    expect(lineOf(error)).toEqual({
      message: expect.stringMatching(/^Event 1 of a lane of replay shop-2026-10-14 is not the JSON text/),
      error: 'NotAnOrderedReplay',
      replay: REPLAY,
      run: REPLAY,
      offset: 1,
      sequenceNumber: sequenceNumberOf(batch.Records[0]),
    });
    expect(error.mock.calls[0]?.[0]).not.toContain('secret');
  });
});

describe('given a replay that is run again', () => {
  test('a delivery names the run, and the replay as ever', async () => {
    const { handle, deliveries } = recorder();
    const batch = streamOf([
      { orderingKey: 'a', events: [orderEvent(0)] },
      { orderingKey: 'a', events: [orderEvent(0)], run: `${REPLAY}@2` },
      { orderingKey: '@3#a', events: [orderEvent(0)], run: `${REPLAY}@12` },
    ]);
    await orderedReplay(handle)(batch, contextWith());
    expect(deliveries).toMatchObject([
      { replay: REPLAY, run: REPLAY, orderingKey: 'a', offset: 0 },
      { replay: REPLAY, run: `${REPLAY}@2`, orderingKey: 'a', offset: 0 },
      { replay: REPLAY, run: `${REPLAY}@12`, orderingKey: '@3#a', offset: 0 },
    ]);
    expect(new Set(deliveries.map((each) => JSON.stringify(each))).size).toBe(3);
  });

  const batch = streamOf([
    { orderingKey: '', events: [orderEvent(0)] },
    { orderingKey: '', events: [orderEvent(1)], run: `${REPLAY}@2`, consumers: ['billing', 'search'] },
    { orderingKey: '', events: [orderEvent(2)], run: `${REPLAY}@3`, consumers: ['search'] },
    { orderingKey: '', events: [orderEvent(3)], run: `${REPLAY}@4` },
  ]);

  test.each([
    ['billing', ['event-0', 'event-1', 'event-3']],
    ['search', ['event-0', 'event-1', 'event-2', 'event-3']],
    ['Billing', ['event-0', 'event-3']],
  ])(
    'the consumer %s handles what is for all and what is for it, and passes over the rest in silence',
    async (consumer, ids) => {
      const { handle, handled } = recorder();
      expect(await orderedReplay(handle, { consumer })(batch, contextWith())).toEqual({
        batchItemFailures: [],
      });
      expect(handled).toEqual(ids);
      expect(warn).not.toHaveBeenCalled();
    },
  );

  test('a consumer without a name handles only what is for all, and says what it has passed over', async () => {
    const { handle, handled } = recorder();
    expect(await orderedReplay(handle)(batch, contextWith())).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual(['event-0', 'event-3']);
    expect(lineOf(warn)).toEqual({
      message: expect.stringContaining('the option "consumer"'),
      records: 2,
      runs: [`${REPLAY}@2`, `${REPLAY}@3`],
    });
  });

  test('what fails behind records that are passed over is where delivery goes on', async () => {
    const { handle, handled } = recorder('event-3');
    expect(await orderedReplay(handle, { consumer: 'other' })(batch, contextWith())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[3]) }],
    });
    expect(handled).toEqual(['event-0', 'event-3']);
  });
});

describe('near the Lambda deadline', () => {
  const batch = streamOf([
    { orderingKey: '', events: [orderEvent(0)] },
    { orderingKey: '', events: [orderEvent(1), orderEvent(2), orderEvent(3)] },
  ]);
  const second = sequenceNumberOf(batch.Records[1]);

  test('by default it begins no event with less than a second left', async () => {
    const { handle, handled } = recorder();
    expect(await orderedReplay(handle)(batch, contextWith(1_000, 999))).toEqual({
      batchItemFailures: [{ itemIdentifier: second }],
    });
    expect(handled).toEqual(['event-0']);
    expect(lineOf(warn)).toEqual({
      message: 'Stopped before the Lambda deadline; delivery goes on from this event.',
      replay: REPLAY,
      run: REPLAY,
      offset: 1,
      sequenceNumber: second,
      remainingMs: 999,
      minRemainingMs: 1_000,
    });
    expect(error).not.toHaveBeenCalled();
  });

  test('the time that must be left is an option', async () => {
    const { handle, handled } = recorder();
    await orderedReplay(handle, { minRemainingMs: 5_000 })(batch, contextWith(5_000, 4_999));
    expect(handled).toEqual(['event-0']);
    await orderedReplay(handle, { minRemainingMs: 0 })(batch, contextWith(0));
    expect(handled).toHaveLength(1 + 4);
  });

  test('inside a record it says that the record starts over, and what helps', async () => {
    const { handle, handled } = recorder();
    expect(await orderedReplay(handle)(batch, contextWith(4_000, 3_000, 2_000, 500))).toEqual({
      batchItemFailures: [{ itemIdentifier: second }],
    });
    expect(handled).toEqual(['event-0', 'event-1', 'event-2']);
    expect(lineOf(warn)).toMatchObject({
      message: expect.stringMatching(
        /3 events are delivered again from the first.*longer timeout.*GroupCount/,
      ),
      offset: 3,
    });
  });

  test('where no event could be begun it says that the timeout is too short', async () => {
    const { handle, handled } = recorder();
    expect(await orderedReplay(handle)(batch, contextWith(900))).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[0]) }],
    });
    expect(handled).toEqual([]);
    expect(lineOf(warn)).toMatchObject({
      message: expect.stringMatching(/^Handled no event: .*longer timeout/),
    });
  });
});

describe('when it is made', () => {
  test.each([[-1], [900_000], [Number.NaN], ['1000'], [null]])(
    'it refuses minRemainingMs %p',
    (minRemainingMs) => {
      expect(() => orderedReplay(() => {}, { minRemainingMs: minRemainingMs as number })).toThrow(
        `minRemainingMs is ${String(JSON.stringify(minRemainingMs))}; allowed are 0 to 899999 milliseconds, as a number.`,
      );
    },
  );

  test('it refuses an option that it does not know, by name', () => {
    expect(() => orderedReplay(() => {}, { minRemaining: 5 } as object)).toThrow(
      'there is no option "minRemaining"; allowed are "minRemainingMs" and "consumer"',
    );
  });

  test.each([[''], [5], [null], [['billing']]])('it refuses the consumer %p', (consumer) => {
    expect(() => orderedReplay(() => {}, { consumer: consumer as string })).toThrow(
      `consumer is ${JSON.stringify(consumer)}; allowed is a name, or nothing.`,
    );
  });

  test('it refuses a handler that is no function', () => {
    expect(() => orderedReplay({} as () => void)).toThrow(TypeError);
  });
});
