import fc from 'fast-check';
import { latencies } from '../support/chance';
import { eventOf, REPLAY, type Sketch } from '../support/events';
import { type CrashPlan, crashPlan } from './support/hooks';
import { descriptionOf, expectLanes, expectNeverEarly, settingsOf } from './support/outcome';
import { type Scenario, scenario, small } from './support/scenarios';
import { createStage, type Stage } from './support/stage';

jest.setTimeout(60_000);

const LATE: Sketch = { id: 'late', second: 1, sequence: 0, key: 'a' };

/** Plays a replay to its end; an event comes again when the set is sealed, and another one for the first time. */
async function play(drawn: Scenario, crashes: CrashPlan, latencyMs = () => 7): Promise<Stage> {
  const { sketches, order, playback, settings } = drawn;
  const description = descriptionOf(playback);
  const stage = createStage({ settings: settingsOf(playback, settings), description, crashes, latencyMs });
  for (const n of order) await stage.deliver(eventOf(sketches[n] as Sketch));
  await stage.run({ goesOn: () => stage.row()?.phase !== 'SEALED' });
  for (const sketch of [LATE, sketches[0] as Sketch, LATE]) await stage.deliver(eventOf(sketch));
  await stage.execute({ replay: REPLAY, generation: stage.row()?.generation as number });
  return stage;
}

function expectOutcome(stage: Stage, { sketches, playback }: Scenario): void {
  expectLanes(stage.world, sketches, playback);
  expectNeverEarly(stage.world, stage.watch, playback);
  const { late, ...report } = stage.report ?? {};
  expect(report).toMatchObject({ phase: 'DONE', collected: sketches.length, released: sketches.length });
  expect(stage.world.buffer.stored(REPLAY).filter((each) => each.late)).toHaveLength(1);
  expect(late).toBeGreaterThanOrEqual(1);
}

test('R1 to R6: given a crash before or after any one port call, when it is tried again, then the outcome is the same', async () => {
  const whole = crashPlan();
  const undisturbed = await play(small, whole);
  expectOutcome(undisturbed, small);
  expect(undisturbed.report?.late).toBe(1);
  expect(whole.passed).toBeGreaterThan(100);
  for (let point = 0; point < whole.passed; point++) {
    expectOutcome(await play(small, crashPlan([point])), small);
  }
});

test('R1 to R6: given two crashes, at any point and soon after it, then the outcome is the same', async () => {
  const whole = crashPlan();
  await play(small, whole);
  for (let point = 0; point < whole.passed; point += 2) {
    for (const distance of [1, 2, 5])
      expectOutcome(await play(small, crashPlan([point, point + distance])), small);
  }
});

test('R1 to R6: given any replay with long pauses and crashes anywhere, then the outcome is the same', async () => {
  // As many as the state machine tries a step again.
  const points = fc.uniqueArray(fc.nat({ max: 2_000 }), { maxLength: 8, size: 'max' });
  await fc.assert(
    fc.asyncProperty(scenario(30), points, latencies, async (drawn, crashes, latencyMs) => {
      fc.pre(!drawn.sketches.some(({ id }) => id === LATE.id));
      expectOutcome(await play(drawn, crashPlan(crashes), latencyMs), drawn);
    }),
    { numRuns: 60 },
  );
});
