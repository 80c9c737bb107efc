import { type DynamoDBStreamEvent, NotAnOrderedReplayError, orderedReplay } from '../../src/consumer';
import { contextWith } from '../support/stream-batch';
import recordedBatch from './fixtures/dynamodb-stream-batch.json';
import liveEvent from './fixtures/eventbridge-event.json';
import sqsBatch from './fixtures/sqs-batch.json';

const ARN = recordedBatch.Records[0]?.eventSourceARN as string;

/** Calls the wrapper with an input that it must refuse without calling the handler. */
async function refusalOf(input: unknown): Promise<NotAnOrderedReplayError> {
  const handle = jest.fn();
  const refusal = await orderedReplay(handle)(input as DynamoDBStreamEvent, contextWith()).catch(
    (e: unknown) => e,
  );
  expect(handle).not.toHaveBeenCalled();
  expect(refusal).toBeInstanceOf(NotAnOrderedReplayError);
  return refusal as NotAnOrderedReplayError;
}

// biome-ignore lint/suspicious/noExplicitAny: the tests break the batch in ways its type forbids.
type Broken = any;

/** The recorded batch with its last record broken: what comes before it is as it should be. */
function broken(change: (record: Broken) => void): unknown {
  const batch: Broken = structuredClone(recordedBatch);
  change(batch.Records[3]);
  return batch;
}

describe('called with neither an event nor a stream batch', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', '{"id": "1"}'],
    ['an array', [liveEvent]],
    ['an object without id, time, source, detail-type, detail', {}],
    ['an object without source, detail-type', { ...liveEvent, source: undefined, 'detail-type': 7 }],
    ['an object without detail', { ...liveEvent, detail: undefined }],
  ])('it refuses %s, saying that it is that', async (what, input) => {
    const refusal = await refusalOf(input);
    expect(refusal.message).toBe(
      `The function was called with ${what}, where an EventBridge event or a DynamoDB stream batch is expected. ${refusal.remedy}`,
    );
    expect(refusal).toMatchObject({
      name: 'NotAnOrderedReplay',
      code: 'NotAnOrderedReplay',
      eventSourceArn: undefined,
    });
    expect(refusal.remedy).toContain('InputTransformer');
  });
});

describe('called with a batch of something else', () => {
  test('it refuses an SQS batch by its event source', async () => {
    const refusal = await refusalOf(sqsBatch);
    expect(refusal.message).toBe(
      `Record 0 (of arn:aws:sqs:us-east-2:123456789012:my-queue) has the event source aws:sqs, where aws:dynamodb is expected. ${refusal.remedy}`,
    );
    expect(refusal.eventSourceArn).toBe('arn:aws:sqs:us-east-2:123456789012:my-queue');
  });

  test.each([[null], [undefined], [7], [{}], [{ EventSource: 'aws:sns', Sns: {} }]])(
    'it refuses the record %p, which names no event source',
    async (record) => {
      const { message } = await refusalOf({ Records: [record] });
      expect(message).toContain('Record 0 has the event source undefined, where aws:dynamodb is expected.');
    },
  );

  test('it refuses the whole batch where one record is not ours, before any event is handled', async () => {
    const { message } = await refusalOf({ Records: [...recordedBatch.Records, ...sqsBatch.Records] });
    expect(message).toContain('Record 4 (of arn:aws:sqs');
  });

  test.each(['KEYS_ONLY', 'OLD_IMAGE'])(
    'it says that the view type must be NEW_IMAGE, not %s',
    async (viewType) => {
      const refusal = await refusalOf(
        broken(({ dynamodb }) => {
          delete dynamodb.NewImage;
          dynamodb.StreamViewType = viewType;
        }),
      );
      expect(refusal.message).toBe(
        `Record 3 (of ${ARN}) has no NewImage: the stream's StreamViewType is ${viewType}. ${refusal.remedy}`,
      );
      expect(refusal.remedy).toContain('a stream with the StreamViewType NEW_IMAGE');
      expect(refusal.eventSourceArn).toBe(ARN);
    },
  );

  test.each<[string, (record: Broken) => void]>([
    ['has no SequenceNumber', (record) => delete record.dynamodb.SequenceNumber],
    ['has no SequenceNumber', (record) => delete record.dynamodb],
    [
      'has an item whose "lane" is missing, where an S of "<run>#<ordering key>"',
      (r) => delete imageOf(r).lane,
    ],
    ['has an item whose "lane" is of type N', (r) => (imageOf(r).lane = { N: '7' })],
    ['has an item whose "lane" is of type S', (r) => (imageOf(r).lane = { S: 'no separator' })],
    ['has an item whose "lane" is of type S', (r) => (imageOf(r).lane = { S: '#A-1001' })],
    [
      'has an item whose "events" is missing, where an L of one S or more, or a deflated B of the same is expected',
      (r) => delete imageOf(r).events,
    ],
    ['has an item whose "events" is of type L', (r) => (imageOf(r).events = { L: [] })],
    ['has an item whose "events" is of type L', (r) => (imageOf(r).events = { L: [{ S: '{}' }, { M: {} }] })],
    ['has an item whose "events" is of type B', (r) => (imageOf(r).events = { B: 'bm90IGRlZmxhdGVk' })],
    ['has an item whose "events" is of type S', (r) => (imageOf(r).events = { S: '[]' })],
    [
      'has an item whose "offset" is missing, where an N of 0 or more is expected',
      (r) => delete imageOf(r).offset,
    ],
    ['has an item whose "offset" is of type S', (r) => (imageOf(r).offset = { S: '3' })],
    ['has an item whose "offset" is of type N', (r) => (imageOf(r).offset = { N: '2.5' })],
    ['has an item whose "offset" is of type N', (r) => (imageOf(r).offset = { N: '-1' })],
    [
      'has an item whose "offset" is of type N, where an N of 1 or more',
      (r) => {
        imageOf(r).events.L.push(imageOf(r).events.L[0]);
        imageOf(r).offset = { N: '0' };
      },
    ],
    [
      'has an item whose "position" is missing, where a filled S is expected',
      (r) => delete imageOf(r).position,
    ],
    ['has an item whose "position" is of type S', (r) => (imageOf(r).position = { S: '' })],
    [
      'has an item whose "tiebreakers" is of type L, where an L of 1 S',
      (r) => imageOf(r).tiebreakers.L.push({ S: '' }),
    ],
    ['has an item whose "consumers" is of type S,', (r) => (imageOf(r).consumers = { S: 'billing' })],
    ['has an item whose "consumers" is of type L,', (r) => (imageOf(r).consumers = { L: [] })],
    ['has an item whose "tiebreakers" is of type SS', (r) => (imageOf(r).tiebreakers = { SS: ['n1'] })],
  ])('it refuses a record that %s', async (what, change) => {
    const refusal = await refusalOf(broken(change));
    expect(refusal.message).toContain(`Record 3 (of ${ARN}) ${what}`);
    expect(refusal.message).not.toContain('A-1001');
    expect(refusal.remedy).toContain('the stream of an OrderedEvents table');
  });
});

function imageOf(record: Broken): Broken {
  return record.dynamodb.NewImage;
}
