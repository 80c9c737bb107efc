import { createCollectHandler } from '../../functions/collect';
import { createSequenceHandler } from '../../functions/sequence';
import { powertoolsTelemetry } from '../../functions/telemetry';
import type { Hook } from '../fakes/intercept';
import { createWorld, type World } from '../fakes/world';
import { SEALED } from '../support/selections';
import { type CapturedOutput, captureOutput } from './captured-output';
import { batchOf } from './sqs-batch';

const REPLAY = 'tuesday-again';
const SECRET = 'the-customer-s-secret';
const context = { getRemainingTimeInMillis: () => 300_000 };

function eventOf(id: string, changes: Record<string, unknown> = {}) {
  return {
    id,
    time: '2026-11-17T10:00:00Z',
    source: 'shop',
    'detail-type': 'OrderPaid',
    'replay-name': REPLAY,
    detail: { note: SECRET },
    ...changes,
  };
}

describe('the handlers', () => {
  let world: World;
  let output: CapturedOutput;
  beforeEach(() => {
    output = captureOutput();
    world = createWorld();
    world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
  });
  afterEach(() => output.restore());

  const collectHandler = () =>
    createCollectHandler({ ...world.collectDeps(), telemetry: powertoolsTelemetry() });
  const sequenceHandler = () =>
    createSequenceHandler({ ...world.sequenceDeps(), telemetry: powertoolsTelemetry() });

  async function releaseAll(): Promise<void> {
    for (let step = 0; step < 20; step++) {
      const answer = await sequenceHandler()({ replay: REPLAY, generation: 1 }, context);
      if (answer.action !== 'wait') return;
      world.clock.set(Date.parse(answer.resumeAt));
    }
  }

  test('an event from the state machine is collected, and its own collection logs nothing', async () => {
    expect(await collectHandler()(eventOf('e1'))).toMatchObject({ outcome: 'collected', replay: REPLAY });
    expect(output.text()).toBe('');
  });

  test('an event from the state machine comes as text, and its numbers stay as they were written', async () => {
    const detail = '{"ts":1763942400000000101,"price":1.10,"much":1e400,"less":-0,"id":12345678901234567890}';
    const text = JSON.stringify(eventOf('e1', { detail: '#' })).replace('"#"', detail);
    await collectHandler()({ event: text });
    expect(world.buffer.stored(REPLAY)).toMatchObject([{ json: text, duplicates: 0 }]);
    await collectHandler()(batchOf([text.replaceAll(',', ' ,\n')]));
    expect(world.buffer.stored(REPLAY)).toMatchObject([{ json: text, duplicates: 1 }]);
  });

  test('an event that cannot be collected fails with the name that the state machine does not retry', async () => {
    await expect(collectHandler()(eventOf('e1', { time: 'noon' }))).rejects.toMatchObject({
      name: 'InvalidEvent',
      message: expect.stringMatching(
        /where an ISO 8601 timestamp is expected\. Only events .* mend this one\.$/,
      ),
    });
    expect(output.lines()).toEqual([
      expect.objectContaining({
        message: 'The event was not collected',
        code: 'InvalidEvent',
        what: expect.stringMatching(/where an ISO 8601 timestamp is expected\.$/),
        remedy: expect.stringMatching(/^Only events .* mend this one\.$/),
        eventId: 'e1',
        replay: REPLAY,
      }),
    ]);
  });

  test('of a batch from the queue, only the messages that failed come back', async () => {
    const bodies = [JSON.stringify(eventOf('e1')), 'not JSON', JSON.stringify(eventOf('e2'))];
    expect(await collectHandler()(batchOf(bodies))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    const counts = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map((bucket) => world.buffer.count(REPLAY, bucket, SEALED, undefined)),
    );
    expect(counts.reduce((sum, { events }) => sum + events, 0)).toBe(2);
  });

  test('a message counts as parked when it is received first, not when it is retried', async () => {
    const body = JSON.stringify(eventOf('e1'));
    await collectHandler()(batchOf([body], 1));
    expect(output.sent('parked')).toEqual([1]);
    await collectHandler()(batchOf([body], 2));
    expect(output.sent('parked')).toEqual([1]);
  });

  test('duplicates and late events are counted as they come', async () => {
    await collectHandler()(eventOf('e1'));
    await collectHandler()(eventOf('e1'));
    expect(output.sent('duplicates')).toEqual([1]);
    await releaseAll();
    await collectHandler()(eventOf('e2'));
    expect(output.sent('late')).toEqual([1]);
  });

  test('given a delivery that died before it counted its late event, then the one that counts it is told of', async () => {
    await collectHandler()(eventOf('e1'));
    await releaseAll();
    const dies: Hook = {
      before: ({ method }) => (method === 'addLate' ? Promise.reject(new Error('died')) : undefined),
    };
    const telemetry = powertoolsTelemetry();
    const dying = createCollectHandler({ ...world.collectDeps({ hook: dies }), telemetry });
    await expect(dying(eventOf('e2'))).rejects.toThrow();
    expect(output.sent('late')).toEqual([]);
    await collectHandler()(eventOf('e2'));
    expect(output.sent('late')).toEqual([1]);
    expect(world.replays.row(REPLAY)?.late).toBe(1);
  });

  test.each(['CANCELLED', 'FAILED'] as const)(
    'what comes to a replay that is %s raises no alarm on late events: its row counts none',
    async (phase) => {
      await collectHandler()(eventOf('e1'));
      Object.assign(world.replays.row(REPLAY) as object, { phase });
      world.clock.advance(world.settings.phaseCacheMs);
      expect(await collectHandler()(eventOf('e2'))).toMatchObject({ outcome: 'held' });
      expect(output.sent('late')).toEqual([]);
      expect(world.replays.row(REPLAY)?.late).toBe(0);
    },
  );

  test('the sequencer sends what was collected, released and appended, and the lag behind the due time', async () => {
    await collectHandler()(eventOf('e1'));
    await collectHandler()(eventOf('e2', { time: '2026-11-17T10:00:01Z' }));
    await releaseAll();
    expect(output.sent('collected')).toEqual([2]);
    expect(output.sent('released')).toEqual([2]);
    expect(output.sent('appends')).toEqual([1]);
    expect(output.sent('lag')).toHaveLength(1);
    const metricLine = output.lines().find((line) => '_aws' in line && 'released' in line) as {
      _aws: unknown;
    };
    expect(metricLine._aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'OrderedReplay' }] });
  });

  test('no path writes anything of what is in an event', async () => {
    world = createWorld({ settings: { tiebreaker: 'detail.note' } });
    world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
    const telemetry = powertoolsTelemetry();
    const collect = createCollectHandler({ ...world.collectDeps(), telemetry });
    const broken = createCollectHandler({
      ...world.collectDeps(),
      buffer: { ...world.buffer, put: () => Promise.reject(new Error(`refused ${SECRET}`)) },
      telemetry,
    });
    await collect(eventOf('e1'));
    await collect(eventOf('e1'));
    await collect(batchOf([`{"detail": "${SECRET}"`, JSON.stringify(eventOf('e2', { detail: SECRET }))]));
    await expect(collect(eventOf('e3', { 'detail-type': { SECRET } }))).rejects.toThrow();
    const refused = await broken(eventOf('e4')).catch((error: Error) => error);
    expect(String(refused)).not.toContain(SECRET);
    await releaseAll();
    await collect(eventOf('e5'));
    expect(output.lines().length).toBeGreaterThan(5);
    expect(output.text()).not.toContain(SECRET);
  });

  test('a failing sequencer step is logged with its replay and thrown on', async () => {
    await expect(sequenceHandler()({ replay: '', generation: 1 }, context)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/names no replay and generation\. Expected is .* starts it\.$/),
    });
    expect(output.text()).toContain('The sequencer step failed');
  });
});
