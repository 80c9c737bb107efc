import type { Commands, PlannedCommand, Wish } from './commands';
import { CALM } from './faults';
import * as kinds from './kinds-of-commands';
import { edit } from './mutant';
import { mutate } from './mutate';
import { playAll, playKind } from './play';
import { quietly } from './quietly';
import { explain } from './report';
import { type Outcome, run } from './run';
import type { DeadlyPoints, Scenario } from './scenario';
import { small } from './small';

jest.setTimeout(300_000);

const ENDS = ['DONE', 'CANCELLED'];
const DAY_MS = 86_400_000;

const byTool = (ms: number, wish: Wish): PlannedCommand => ({ after: 'releasing', ms, by: 'tool', wish });
const nobody = { everyMs: DAY_MS, does: 'nothing' } as const;

/** A run of half a minute that is paused, goes on by steps, at another pace, up to a time and then to its end. */
const steered: Scenario = {
  ...small,
  playback: { ...small.playback, speed: 1, idleMs: 8_000 },
  commands: {
    planned: [
      byTool(300, { does: 'pause' }),
      byTool(2_500, { does: 'step', events: 2 }),
      byTool(6_000, { does: 'speed', speed: '20' }),
      byTool(7_000, { does: 'until', second: 5 }),
      byTool(12_000, { does: 'resume' }),
    ],
    overseer: { everyMs: 300_000, does: 'resume' },
  },
};

test.each([
  ['nothing goes wrong besides', kinds.commanded, 150],
  [
    'calls crash, hang and are zombies, and requests are slow, throttled and lose their answers',
    kinds.commandedInAStorm,
    120,
  ],
  ['two or three sequencers are at it at once', kinds.commandedTwice, 60],
  ['requests are refused, all for a while or one in a few', kinds.commandedAndRefused, 40],
  ['several people step at about the same time', kinds.steppedByTwo, 60],
  ['several people set the pace at about the same time', kinds.pacedByTwo, 60],
  ['one sets the pace among hundreds of appends, and another one pauses', kinds.pausedInALongBatch, 24],
  ['somebody stops it among hundreds of appends', kinds.stoppedInALongBatch, 24],
  ['they do so when the first event is released, by several sequencers', kinds.commandedAtTheStart, 60],
] as const)(
  'R1 to R7: given people who command a run at any moment, where %s, then each wish is taken up and the lanes are right',
  async (_, kind, count) => {
    let accepted = 0;
    await playKind(kind, count, ({ phase, commands }) => {
      if (phase !== undefined) expect(ENDS).toContain(phase);
      accepted += commands.accepted;
    });
    expect(accepted).toBeGreaterThan(count);
  },
);

test('R7: given somebody who cancels with the tool while events are still sent, then EventBridge stops, and nothing is released', async () => {
  const ends: (string | undefined)[] = [];
  await playKind(kinds.cancelledByTool, 90, ({ phase, released }) => {
    if (phase !== 'DONE') expect(released).toBe(0);
    ends.push(phase);
  });
  expect(ends.filter((end) => end === 'CANCELLED').length).toBeGreaterThan(60);
  // Also of some of which no event had come yet.
  expect(ends).toContain(undefined);
});

test('R7: given a sequencer that somebody aborts, then the next command starts it again', async () => {
  let restarted = 0;
  await playKind(kinds.commandedAfterAnAbort, 60, ({ phase, warned }) => {
    if (phase === 'DONE' && warned.includes('SequencerAborted')) restarted++;
  });
  expect(restarted).toBeGreaterThan(5);
});

describe('given a run that is paused, stepped, sped up, sent on to a time and then to its end', () => {
  const dying = (plans: DeadlyPoints[]): Scenario[] => plans.map((dies) => ({ ...steered, dies }));

  async function points(): Promise<number[]> {
    const { points, violation, commands } = await quietly(() => run(steered));
    expect(violation).toBeUndefined();
    expect(commands.takeUps.length).toBeGreaterThanOrEqual(5);
    return [...Array(points.sequence).keys()];
  }

  const expectDone = ({ phase, released }: Outcome) =>
    expect({ phase, released }).toEqual({ phase: 'DONE', released: small.events.length });

  test('R1 to R7: when a call dies at any point, then all of it is released, in order, and not too early', async () => {
    const plans = (await points()).map((at) => ({ sequence: [at] }));
    expect(plans.length).toBeGreaterThan(150);
    await playAll(dying(plans), expectDone);
  });

  test('R7: when the execution dies with it, then the healer or the next command goes on', async () => {
    const plans = (await points()).map((at) => ({ sequence: [at], withExecution: true }));
    await playAll(dying(plans), expectDone);
  });

  test('R1 to R7: when a second sequencer is there, and a host stands still at any point, then nothing changes', async () => {
    const scenarios = (await points()).map((at) => ({
      ...steered,
      sequencersBesides: [1],
      standsStill: { at, forMs: 20_000 },
    }));
    await playAll(scenarios, expectDone);
  });
});

test('R1 to R7: given executions that go on as new ones after every other call, then commands are taken up all the same', async () => {
  const protocol = await mutate([edit('src/core/limits.ts', 'MAX_ITERATIONS = 300', 'MAX_ITERATIONS = 2')]);
  await quietly(async () => {
    let generations = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const scenario = (seed % 2 === 0 ? kinds.commanded : kinds.commandedInAStorm)(seed);
      const outcome = await run(scenario, { protocol });
      if (outcome.violation) throw new Error(await explain(scenario, outcome.violation, { protocol }));
      generations += outcome.generation;
    }
    expect(generations).toBeGreaterThan(600);
  });
});

/** Each lane's events. */
function lanesOf({ lanes }: Outcome): [string, string[]][] {
  const contents = new Map<string, string[]>();
  for (const { lane, events } of lanes) contents.set(lane, [...(contents.get(lane) ?? []), ...events]);
  return [...contents].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('R5: given a run with commands and the same one without, then their lanes are the same', async () => {
  const without = new Map<number, Outcome>();
  const isCancelled = ({ phase }: Outcome) => phase === 'CANCELLED';
  const kindWithout = (seed: number): Scenario => {
    const { commands: _, ...scenario } = kinds.commanded(seed);
    return scenario;
  };
  await playKind(kindWithout, 80, (outcome, { seed }) => without.set(seed, outcome));
  let compared = 0;
  await playKind(kinds.commanded, 80, (outcome, { seed }) => {
    if (isCancelled(outcome)) return;
    compared++;
    expect(lanesOf(outcome)).toEqual(lanesOf(without.get(seed) as Outcome));
  });
  expect(compared).toBeGreaterThan(60);
});

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;

test('R7: given commands with the tool while events are released, then half of them are taken up within one second, and 99 in 100 within three', async () => {
  const tookMs: number[] = [];
  await playKind(kinds.commandedByTool, 450, ({ commands }) =>
    tookMs.push(...commands.takeUps.map(({ afterMs }) => afterMs)),
  );
  const sorted = tookMs.sort((a, b) => a - b);
  const [median, most] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  console.info(
    `${sorted.length} commands: half within ${median} ms, 99% within ${most} ms, all within ${sorted.at(-1)} ms`,
  );
  expect(sorted.length).toBeGreaterThan(400);
  expect(median).toBeLessThanOrEqual(1_000);
  expect(most).toBeLessThanOrEqual(3_000);
});

test('given a run that is paused and forgotten, then a day before the end of its time it warns, and then it ends', async () => {
  const commands: Commands = { planned: [byTool(0, { does: 'pause' })], overseer: nobody };
  const forgotten: Scenario = {
    ...small,
    settings: { ...small.settings, retentionMs: 2 * DAY_MS },
    mayFail: ['PlaybackOutlivesRetention'],
    commands,
  };
  await playAll([forgotten], ({ phase, row, warned, answers }) => {
    expect(phase).toBe('FAILED');
    expect(row?.errorCode).toBe('PlaybackOutlivesRetention');
    expect(warned.filter((code) => code !== 'Ties')).toEqual(['PlaybackOutlivesRetention']);
    // One look every five minutes.
    expect(answers.length).toBeLessThan((2 * DAY_MS) / 300_000 + 40);
  });
});

test('given a run in which nothing is left to be released, when it is paused, then it is done', async () => {
  const events = small.events.slice(0, 3);
  const planned = [{ after: 'appended', times: 2, ms: 0, by: 'hand', wish: { does: 'pause' } }] as const;
  await playAll(
    [{ ...small, events, faults: CALM, commands: { planned, overseer: nobody } }],
    ({ phase, row }) => {
      expect(phase).toBe('DONE');
      expect(row?.command).toEqual({ paused: true });
    },
  );
});
