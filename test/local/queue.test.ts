import { setTimeout as delay } from 'node:timers/promises';
import { LocalQueue, md5 } from '../../src/local/queue';
import { queueService } from '../../src/local/queue-service';

const named = (name: string) => ({
  name,
  arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  url: `http://127.0.0.1/000000000000/${name}`,
});
const VISIBILITY_MS = 30;

function queues(visibilityTimeoutMs = VISIBILITY_MS) {
  const deadLetters = new LocalQueue({ ...named('DeadLetters'), visibilityTimeoutMs });
  const overflow = new LocalQueue({
    ...named('Overflow'),
    visibilityTimeoutMs,
    redrive: { maxReceiveCount: 5, deadLetters },
  });
  return { overflow, deadLetters };
}

const bodies = (records: { body: string }[]) => records.map(({ body }) => body);

test('a message is received as it was sent, as the SQS record that Lambda would get', () => {
  const { overflow } = queues();
  overflow.send('{"a":"ü"}');
  expect(overflow.receive(10)).toEqual([
    expect.objectContaining({
      body: '{"a":"ü"}',
      md5OfBody: md5('{"a":"ü"}'),
      eventSource: 'aws:sqs',
      eventSourceARN: named('Overflow').arn,
      awsRegion: 'us-east-1',
      attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
    }),
  ]);
});

test('no more are received than asked for', () => {
  const { overflow } = queues();
  for (const body of ['1', '2', '3']) overflow.send(body);
  expect(bodies(overflow.receive(2))).toEqual(['1', '2']);
  expect(bodies(overflow.receive(2))).toEqual(['3']);
});

test('a received message is in flight, and visible again after the timeout with one more receive', async () => {
  const { overflow } = queues();
  overflow.send('a');
  overflow.receive(1);
  expect(overflow.receive(1)).toEqual([]);
  expect(overflow.depth()).toEqual({ visible: 0, inFlight: 1 });
  await delay(VISIBILITY_MS + 5);
  expect(overflow.depth()).toEqual({ visible: 1, inFlight: 0 });
  expect(overflow.receive(1)).toMatchObject([{ attributes: { ApproximateReceiveCount: '2' } }]);
});

test('a message is deleted by its latest receipt only', () => {
  const { overflow } = queues(0);
  overflow.send('a');
  const [first] = overflow.receive(1);
  const [second] = overflow.receive(1);
  overflow.delete(first?.receiptHandle as string);
  expect(overflow.depth().visible).toBe(1);
  overflow.delete(second?.receiptHandle as string);
  expect(overflow.depth().visible).toBe(0);
});

test('R1: after five receives a message is in the dead-letter queue, and in no other', () => {
  const { overflow, deadLetters } = queues(0);
  overflow.send('poison');
  for (let receive = 1; receive <= 5; receive++) expect(bodies(overflow.receive(1))).toEqual(['poison']);
  expect(deadLetters.depth().visible).toBe(0);
  expect(overflow.receive(1)).toEqual([]);
  expect(overflow.depth()).toEqual({ visible: 0, inFlight: 0 });
  expect(bodies(deadLetters.receive(1))).toEqual(['poison']);
});

describe('the service', () => {
  const { overflow, deadLetters } = queues(0);
  const { operations } = queueService([overflow, deadLetters]);
  const call = (name: string, input: Record<string, unknown> = {}) => operations[name]?.(input) as never;
  const depthOf = (name: string) =>
    (call('GetQueueAttributes', { QueueUrl: named(name).url }) as { Attributes: Record<string, string> })
      .Attributes.ApproximateNumberOfMessages;

  test('a move task brings dead letters back to their queue', () => {
    deadLetters.send('a');
    deadLetters.send('b');
    call('StartMessageMoveTask', { SourceArn: named('DeadLetters').arn });
    expect([depthOf('DeadLetters'), depthOf('Overflow')]).toEqual(['0', '2']);
    expect(bodies(overflow.receive(10))).toEqual(['a', 'b']);
  });

  test('a queue that is no dead-letter queue has nowhere to move to', () => {
    expect(() => call('StartMessageMoveTask', { SourceArn: named('Overflow').arn })).toThrow(
      'must be a dead-letter queue',
    );
  });

  test('purging empties a queue, what is in flight included', () => {
    deadLetters.send('a');
    deadLetters.receive(1);
    call('PurgeQueue', { QueueUrl: named('DeadLetters').url });
    expect(deadLetters.depth()).toEqual({ visible: 0, inFlight: 0 });
  });

  test('a queue is found under any host, and one that does not exist is an error', () => {
    expect(() =>
      call('PurgeQueue', { QueueUrl: 'http://localhost:4599/000000000000/Overflow' }),
    ).not.toThrow();
    expect(() => call('PurgeQueue', { QueueUrl: 'http://127.0.0.1/000000000000/Nowhere' })).toThrow(
      expect.objectContaining({ name: 'QueueDoesNotExist' }),
    );
  });
});
