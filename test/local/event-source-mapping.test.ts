import { once } from 'node:events';
import { mapQueue, mapStream, type StreamMappingOptions } from '../../src/local/event-source-mapping';
import { LocalQueue } from '../../src/local/queue';
import { TableStream } from '../../src/local/stream';

type Batch = { Records: { dynamodb?: { SequenceNumber?: string } }[] };

function streamOf(records: number): TableStream {
  const stream = new TableStream('OrderedEvents', 'arn:stream', 'us-east-1');
  for (let n = 1; n <= records; n++) stream.append({ lane: { S: 'r#' } }, { n: { N: String(n) } }, 10);
  return stream;
}

/** Maps a stream to a function until it has answered this many batches; tells which records each batch had. */
async function batchesOf(
  stream: TableStream,
  answers: ((numbers: number[], batch: Batch) => unknown)[],
  options: StreamMappingOptions = {},
): Promise<number[][]> {
  const batches: number[][] = [];
  const enough = new EventTarget();
  const finished = once(enough, 'enough');
  const stop = mapStream(
    stream,
    async (payload) => {
      const batch = payload as Batch;
      const numbers = batch.Records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));
      const answer = answers[batches.push(numbers) - 1];
      if (batches.length >= answers.length) enough.dispatchEvent(new Event('enough'));
      return answer?.(numbers, batch);
    },
    options,
  );
  await finished;
  await stop();
  return batches;
}

const failing = (...identifiers: (string | undefined)[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});
const sequenceNumberOf = (batch: Batch, index: number) => batch.Records[index]?.dynamodb?.SequenceNumber;

describe('a stream as event source', () => {
  test('R2: hands over every record once, in order, in batches of at most the batch size', async () => {
    const success = () => failing();
    const batches = await batchesOf(streamOf(5), [success, success, success], { batchSize: 2 });
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no failures', { batchItemFailures: [] }],
    ['null as failures', { batchItemFailures: null }],
  ])('%s as answer is success', async (_, answer) => {
    expect(await batchesOf(streamOf(2), [() => answer, () => answer], { batchSize: 1 })).toEqual([[1], [2]]);
  });

  test('R2: goes on from the record that failed', async () => {
    const batches = await batchesOf(streamOf(4), [
      (_, batch) => failing(sequenceNumberOf(batch, 2)),
      () => failing(),
    ]);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });

  test('R2: given several failed, then it goes on from the first of them', async () => {
    const both = (_: number[], batch: Batch) =>
      failing(sequenceNumberOf(batch, 3), sequenceNumberOf(batch, 1));
    expect(await batchesOf(streamOf(4), [both, () => failing()])).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
  });

  test('a function that throws gets the whole batch again', async () => {
    const throwing = () => {
      throw new Error('on purpose');
    };
    const batches = await batchesOf(streamOf(2), [throwing, throwing, () => failing()]);
    expect(batches).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test.each([['7777'], [''], [undefined]])(
    'an identifier that is not in the batch (%j) fails the whole batch',
    async (identifier) => {
      const bad = (_: number[], batch: Batch) => failing(sequenceNumberOf(batch, 1), identifier);
      expect(await batchesOf(streamOf(2), [bad, () => failing()])).toEqual([
        [1, 2],
        [1, 2],
      ]);
    },
  );

  test('tells how often in a row the same record failed', async () => {
    const failures: number[] = [];
    const first = (_: number[], batch: Batch) => failing(sequenceNumberOf(batch, 0));
    const second = (_: number[], batch: Batch) => failing(sequenceNumberOf(batch, 1));
    await batchesOf(streamOf(3), [first, first, second, first, () => failing()], {
      failed: (inARow) => failures.push(inARow),
    });
    expect(failures).toEqual([1, 2, 1, 2]);
  });

  test('records that come later are handed over when they come', async () => {
    const stream = streamOf(1);
    const append = () => {
      stream.append({ lane: { S: 'r#' } }, { n: { N: '2' } }, 10);
      return failing();
    };
    expect(await batchesOf(stream, [append, () => failing()])).toEqual([[1], [2]]);
  });
});

describe('a queue as event source', () => {
  const queue = () =>
    new LocalQueue({
      name: 'q',
      arn: 'arn:aws:sqs:us-east-1:0:q',
      url: 'http://q',
      visibilityTimeoutMs: 60_000,
    });
  type SqsBatch = { Records: { body: string; messageId: string }[] };

  /** One batch of three messages; what is left in flight afterwards has failed. */
  async function leftAfter(
    answer: (batch: SqsBatch) => unknown,
    permitted?: (action: string) => boolean,
  ): Promise<number> {
    const source = queue();
    for (const body of ['a', 'b', 'c']) source.send(body);
    const called = new EventTarget();
    const finished = once(called, 'called');
    const stop = mapQueue(
      source,
      async (payload) => {
        called.dispatchEvent(new Event('called'));
        return answer(payload as SqsBatch);
      },
      permitted,
    );
    await finished;
    await stop();
    return source.depth().inFlight;
  }

  test('messages that were handled are gone', async () => {
    expect(await leftAfter(() => failing())).toBe(0);
    expect(await leftAfter(() => null)).toBe(0);
  });

  test('R1: messages that failed stay, and only those', async () => {
    expect(await leftAfter(({ Records }) => failing(Records[1]?.messageId))).toBe(1);
  });

  test('R1: given the function throws, or names a message that is none, then all of them stay', async () => {
    expect(
      await leftAfter(() => {
        throw new Error('on purpose');
      }),
    ).toBe(3);
    expect(await leftAfter(() => failing('nobody'))).toBe(3);
  });

  test('without the permission to delete, messages that were handled stay', async () => {
    const asked: string[] = [];
    const mayNotDelete = (action: string) => {
      asked.push(action);
      return action !== 'sqs:DeleteMessage';
    };
    expect(await leftAfter(() => failing(), mayNotDelete)).toBe(3);
    expect(new Set(asked)).toEqual(new Set(['sqs:ReceiveMessage', 'sqs:DeleteMessage']));
  });

  test('without the permission to receive, nothing is received', async () => {
    const source = queue();
    source.send('a');
    const asked = new EventTarget();
    const finished = once(asked, 'asked');
    const stop = mapQueue(
      source,
      () => Promise.resolve(null),
      () => {
        asked.dispatchEvent(new Event('asked'));
        return false;
      },
    );
    await finished;
    await stop();
    expect(source.depth()).toEqual({ visible: 1, inFlight: 0 });
  });
});
