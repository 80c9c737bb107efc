import { LEASE_GRACE_MS, MAX_ITERATIONS, MAX_WAIT_MS } from '../../src/core/limits';
import { eventOf, REPLAY, type Sketch } from '../support/events';
import { type CrashPlan, crashPlan, freezeAt } from './support/hooks';
import { descriptionOf, expectLanes, expectNeverEarly, settingsOf } from './support/outcome';
import { small } from './support/scenarios';
import { createStage, type Stage } from './support/stage';

jest.setTimeout(60_000);

const { sketches, order, playback, settings } = small;
const [first] = sketches as [Sketch];
/** By then the lease of a sequencer that is dead has run out, whatever it was waiting for. */
const LEASE_IS_OVER_MS = MAX_WAIT_MS + LEASE_GRACE_MS;

async function collectedStage(crashes?: CrashPlan): Promise<Stage> {
  const stage = createStage({
    settings: settingsOf(playback, settings),
    description: descriptionOf(playback),
    ...(crashes && { crashes, stepRetries: 0 }),
  });
  for (const n of order) await stage.deliver(eventOf(sketches[n] as Sketch));
  return stage;
}

function expectDone(stage: Stage): void {
  expect(stage.row()).toMatchObject({ phase: 'DONE', collected: sketches.length });
  expectLanes(stage.world, sketches, playback);
  expectNeverEarly(stage.world, stage.watch, playback);
}

async function countPoints(): Promise<{ collecting: number; all: number }> {
  const crashes = crashPlan();
  const stage = await collectedStage(crashes);
  const collecting = crashes.passed;
  await stage.run();
  return { collecting, all: crashes.passed };
}

test('R7: given a sequencer that dies at any point and stays dead, when an event comes by later, then the replay is finished', async () => {
  const { collecting, all } = await countPoints();
  for (let point = collecting; point < all; point++) {
    const stage = await collectedStage(crashPlan([point]));
    await stage.run();
    const phase = stage.row()?.phase;
    stage.world.clock.advance(LEASE_IS_OVER_MS);
    await stage.deliver(eventOf(first));
    if (phase !== 'DONE') expect(stage.world.starts.running).toEqual([{ replay: REPLAY, generation: 2 }]);
    await stage.run();
    expectDone(stage);
  }
});

test('R7: given the collector that comes by crashes too, at any point, when its event comes again, then the replay is finished', async () => {
  const { collecting, all } = await countPoints();
  for (let point = collecting; point < all; point += 9) {
    for (let later = 1; later < 16; later++) {
      const stage = await collectedStage(crashPlan([point, point + later]));
      await stage.run();
      stage.world.clock.advance(LEASE_IS_OVER_MS);
      await stage.deliver(eventOf(first));
      await stage.run();
      stage.world.clock.advance(LEASE_IS_OVER_MS);
      await stage.deliver(eventOf(first));
      await stage.run();
      expectDone(stage);
    }
  }
});

test('R2, R4, R7: given a sequencer that freezes at any point, when it goes on after another has finished, then nothing changes', async () => {
  for (let point = 0; ; point++) {
    const stage = await collectedStage();
    const { hook, frozen, thaw } = freezeAt(point);
    let ended = false;
    const zombie = stage.execute({ replay: REPLAY, generation: 1 }, { hook }).then(() => {
      ended = true;
    });
    await Promise.race([frozen, zombie]);
    if (ended) break;
    stage.world.clock.advance(LEASE_IS_OVER_MS);
    await stage.deliver(eventOf(first));
    await stage.execute({ replay: REPLAY, generation: 2 });
    const before = structuredClone({ log: stage.world.lanes.log, row: stage.row() });
    thaw();
    await zombie;
    expect(stage.world.lanes.log).toEqual(before.log);
    expect(stage.row()).toEqual(before.row);
    expectDone(stage);
  }
});

test('R7: given a sequencer that is dead and no event that comes by, when the next generation is started by hand, then it finishes', async () => {
  const { collecting, all } = await countPoints();
  for (let point = collecting; point < all; point += 3) {
    const stage = await collectedStage(crashPlan([point]));
    await stage.run();
    await stage.execute({ replay: REPLAY, generation: (stage.row()?.generation as number) + 1 });
    expectDone(stage);
  }
});

test('R7: given an execution whose name was used up, then the next generation does the work', async () => {
  const stage = await collectedStage();
  stage.world.starts.end({ replay: REPLAY, generation: 1 });
  stage.world.starts.end({ replay: REPLAY, generation: 2 });
  stage.world.clock.advance(LEASE_IS_OVER_MS);
  await stage.deliver(eventOf(first));
  expect(stage.world.starts.running).toEqual([{ replay: REPLAY, generation: 3 }]);
  await stage.run();
  expectDone(stage);
});

test('R7: given more pauses than one execution may have steps, then the replay goes on in a new one, and comes out the same', async () => {
  const slow = { ...playback, speed: 1, idleMs: Number.POSITIVE_INFINITY };
  const events = [...Array(2 * MAX_ITERATIONS + 50).keys()].map((n) => ({
    id: `e-${n}`,
    second: n * 20,
    sequence: 0,
    key: 'a',
  }));
  const stage = createStage({ settings: settingsOf(slow, { buckets: 2 }), description: descriptionOf(slow) });
  for (const each of events) await stage.deliver(eventOf(each));
  await stage.run();
  const renewals = stage.answers.filter(({ action }) => action === 'continueAsNew');
  expect(renewals).toMatchObject([
    { generation: 2, iteration: 0 },
    { generation: 3, iteration: 0 },
  ]);
  expect(stage.row()).toMatchObject({ phase: 'DONE', generation: 3 });
  expectLanes(stage.world, events, slow);
  expectNeverEarly(stage.world, stage.watch, slow);
});
