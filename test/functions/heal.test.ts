import { createHealHandler } from '../../functions/heal';
import { powertoolsTelemetry } from '../../functions/telemetry';
import { RESTARTS_BEFORE_ALARM } from '../../src/core/limits';
import type { ReplayRow } from '../../src/core/replay/row';
import { createWorld, type World } from '../fakes/world';
import { type CapturedOutput, captureOutput } from './captured-output';

const REPLAY = 'tuesday.again';
const statusChange = (name: string, status: string) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: { name, status, executionArn: `arn:aws:states:us-east-1:1:execution:sequence:${name}` },
});

describe('the handler of heal', () => {
  let world: World;
  let output: CapturedOutput;
  beforeEach(() => {
    output = captureOutput();
    world = createWorld();
  });
  afterEach(() => output.restore());

  const call = (input: unknown) =>
    createHealHandler({ ...world.healDeps(), telemetry: powertoolsTelemetry() })(input);
  const addRow = (changes: Partial<ReplayRow>, replay = REPLAY) =>
    world.replays.create({
      replay,
      phase: 'RELEASING',
      generation: 1,
      buckets: 1,
      tiebreaker: '',
      createdAtMs: 1,
      late: 0,
      expiresAtMs: 9e12,
      ...changes,
    });

  test('given the schedule and nothing to do, then nothing is printed', async () => {
    await addRow({ leaseUntilMs: world.clock.now() + 1 });
    await call({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    expect(output.text()).toBe('');
  });

  test('given a dead sequencer, then the schedule restarts it, and nobody is called', async () => {
    await addRow({ leaseUntilMs: 5 });
    await call({ source: 'aws.events' });
    expect(world.starts.running).toEqual([{ replay: REPLAY, generation: 2 }]);
    expect(output.sent('restarts')).toEqual([1]);
    expect(output.sent('needsPerson')).toEqual([]);
  });

  test('given the tenth restart without progress, then a person is called', async () => {
    await addRow({ leaseUntilMs: 5, restarts: RESTARTS_BEFORE_ALARM - 1 });
    await call({ source: 'aws.events' });
    expect(output.sent('needsPerson')).toEqual([1]);
  });

  test('given an event of an execution that failed, then its replay is looked after, and no other', async () => {
    await addRow({ leaseUntilMs: world.clock.now() + 1_000 });
    await addRow({ leaseUntilMs: 5 }, 'another');
    await call(statusChange(`${REPLAY}.1`, 'TIMED_OUT'));
    expect(world.starts.running).toEqual([{ replay: REPLAY, generation: 2 }]);
  });

  test('given an event of an execution that was aborted, then it is not restarted, and a person is called', async () => {
    await addRow({ leaseUntilMs: world.clock.now() + 1_000 });
    await call(statusChange(`${REPLAY}.1`, 'ABORTED'));
    expect(world.starts.running).toEqual([]);
    expect(world.replays.row(REPLAY)).toMatchObject({ abortedGeneration: 1 });
    expect(output.sent('needsPerson')).toEqual([1]);
  });

  test('given an event of an execution with a name of somebody else, then nothing is asked', async () => {
    await addRow({ leaseUntilMs: 5 });
    world.replays.calls.length = 0;
    await call(statusChange('near-its-end', 'FAILED'));
    expect(world.replays.calls).toEqual([]);
  });

  test('given a replay that cannot be helped, then the others are, the log says which, and the call fails', async () => {
    await addRow({ leaseUntilMs: 5 });
    await addRow({ leaseUntilMs: 5 }, 'another');
    world.starts.failNext('start');
    await expect(call({ source: 'aws.events' })).rejects.toThrow();
    expect(world.starts.running).toEqual([{ replay: 'another', generation: 2 }]);
    expect(output.lines()).toContainEqual(
      expect.objectContaining({ message: 'The replay was not looked after', replay: REPLAY }),
    );
  });
});
