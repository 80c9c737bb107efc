import { eventBridgeReplayStatus } from '../../src/aws/replay-status';
import type { ReplayDescription } from '../../src/core/ports';
import { scriptedReplayStatus } from '../fakes/replay-status';
import { type AwsStub, type StubAnswer, startAwsStub, THROTTLED } from './aws-stub';
import { replayStatusSuite } from './replay-status.suite';

describe('the scripted replay status', () => {
  replayStatusSuite(async () => {
    const status = scriptedReplayStatus();
    return {
      status,
      set: (replay, description) => status.set(replay, description),
      close: async () => undefined,
    };
  });

  test('a script is answered step by step, and stays at its end', async () => {
    const status = scriptedReplayStatus();
    status.set('r', { state: 'STARTING' }, { state: 'RUNNING' }, { state: 'COMPLETED' });
    const states = [];
    for (let n = 0; n < 4; n++) states.push((await status.describe('r'))?.state);
    expect(states).toEqual(['STARTING', 'RUNNING', 'COMPLETED', 'COMPLETED']);
  });
});

describe('the replay status of EventBridge', () => {
  let stub: AwsStub;
  const descriptions = new Map<string, ReplayDescription>();

  replayStatusSuite(async () => {
    stub = await startAwsStub();
    stub.answer = ({ input }) =>
      describeReplay(String(input.ReplayName), descriptions.get(String(input.ReplayName)));
    return {
      status: eventBridgeReplayStatus({ client: stub.clients.eventbridge }),
      set: (replay, description) => void descriptions.set(replay, description),
      close: () => stub.close(),
    };
  });

  test('EventBridge is asked for the replay by name', async () => {
    descriptions.set('by-name', COMPLETED);
    await eventBridgeReplayStatus({ client: stub.clients.eventbridge }).describe('by-name');
    expect(stub.requests.at(-1)).toMatchObject({
      target: 'AWSEvents.DescribeReplay',
      input: { ReplayName: 'by-name' },
    });
  });

  test('given a throttled request, then it is made again', async () => {
    descriptions.set('throttled', COMPLETED);
    stub.next(THROTTLED, {
      status: 500,
      body: {
        __type: 'InternalException',
        message: 'Service encountered unexpected problem. Please try again.',
      },
    });
    const before = stub.requests.length;
    const status = eventBridgeReplayStatus({ client: stub.clients.eventbridge });
    expect(await status.describe('throttled')).toEqual(COMPLETED);
    expect(stub.requests.length - before).toBe(3);
  });

  test('an error of another kind is not taken for an unknown replay', async () => {
    stub.next({
      status: 400,
      body: {
        __type: 'AccessDeniedException',
        Message: 'User is not authorized to perform: events:DescribeReplay',
      },
    });
    const status = eventBridgeReplayStatus({ client: stub.clients.eventbridge });
    await expect(status.describe('forbidden')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

const COMPLETED: ReplayDescription = {
  state: 'COMPLETED',
  description: '',
  window: { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-01T01:00:00Z') },
  startedAtMs: Date.parse('2026-11-20T12:00:00Z'),
};

/** Attributes, their absence included, as recorded on AWS (LocalStack's snapshots of `test_archive_and_replay`). */
function describeReplay(replay: string, description: ReplayDescription | undefined): StubAnswer {
  if (!description) {
    return {
      status: 400,
      body: { __type: 'ResourceNotFoundException', message: `Replay ${replay} does not exist.` },
    };
  }
  const { state, stateReason, window, startedAtMs = 0 } = description;
  return {
    body: {
      ...(description.description !== '' && { Description: description.description }),
      Destination: { Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/orders', FilterArns: [] },
      EventEndTime: window.toMs / 1_000,
      EventSourceArn: 'arn:aws:events:us-east-1:111111111111:archive/orders',
      EventStartTime: window.fromMs / 1_000,
      ReplayArn: `arn:aws:events:us-east-1:111111111111:replay/${replay}`,
      ReplayName: replay,
      ReplayStartTime: startedAtMs / 1_000,
      State: state,
      ...(stateReason !== undefined && { StateReason: stateReason }),
      ...(state === 'COMPLETED' && {
        EventLastReplayedTime: window.toMs / 1_000,
        ReplayEndTime: 1_763_640_300,
      }),
    },
  };
}
