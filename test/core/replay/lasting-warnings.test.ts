import { bucketOf, positionOf } from '../../../src/core/collect/place';
import { parseEvent } from '../../../src/core/event/envelope';
import { MINUTE_MS } from '../../../src/core/limits';
import type { SequenceAnswer } from '../../../src/core/replay/call';
import type { ReplayRow } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import { tieWarning } from '../../../src/core/replay/tie-warning';
import type { World } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { eventAt, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

/* What nobody can mend any more in a replay stands in its row to the end, and in its report. */

const codesOf = ({ warnings }: ReplayRow) => warnings?.map(({ code }) => code) ?? [];

/** Calls until the run has ended; `look` sees the row after each. */
async function playOut(
  world: World,
  look: (row: ReplayRow) => void = () => undefined,
): Promise<SequenceAnswer> {
  for (let iteration = 0; ; ) {
    const answer = await sequence({ replay: REPLAY, generation: 1, iteration }, world.sequenceDeps());
    look(rowOf(world));
    if (answer.action === 'done' || answer.action === 'fail') return answer;
    iteration = answer.iteration ?? 0;
    world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
}

describe('a near miss in the description', () => {
  const MISS = {
    code: 'UnknownOption',
    message: expect.stringMatching(/^"spede=10" was read as prose: .+ its name is speed\./),
  };

  async function worldWith(description: string, changes: Partial<ReplayRow> = {}): Promise<World> {
    const world = await worldWithReplay({ phase: 'COLLECTING', lastArrivalAtMs: 0, ...changes }, [0, 30, 60]);
    world.status.set(REPLAY, { state: 'RUNNING', description }, { state: 'COMPLETED', description });
    return world;
  }

  test('is told in every phase, and in the report', async () => {
    const world = await worldWith('spede=10 idle=1s');
    const phases = new Set<string>();
    const answer = await playOut(world, (row) => {
      phases.add(row.phase);
      expect(row.warnings).toEqual([MISS]);
    });
    expect(phases).toContain('COLLECTING');
    expect([...phases].at(-1)).toBe('DONE');
    expect(answer).toMatchObject({ action: 'done', report: { phase: 'DONE', warnings: [MISS] } });
  });

  test('is told beside what else the row says, which goes when it is mended', async () => {
    const world = await worldWith('spede=10', {
      restarts: 11,
      warnings: [{ code: 'SequencerKeepsEnding', message: '…' }],
      command: { tempo: 2 },
    });
    await sequence({ replay: REPLAY, generation: 1 }, world.sequenceDeps());
    expect(codesOf(rowOf(world))).toEqual(['UnknownOption', 'RowNotReadable']);
    Object.assign(rowOf(world), { command: {} });
    await playOut(world);
    expect(rowOf(world).warnings).toEqual([MISS]);
  });

  test('is told of a replay that ends otherwise, too', async () => {
    const world = await worldWith('spede=10');
    await sequence({ replay: REPLAY, generation: 1 }, world.sequenceDeps());
    Object.assign(rowOf(world), { command: { cancelled: true } });
    await playOut(world);
    expect(rowOf(world)).toMatchObject({ phase: 'CANCELLED', warnings: [MISS] });
  });
});

describe('a window that ends', () => {
  const NOW_MS = Date.parse('2026-11-20T12:00:00Z');

  async function warningsOf(toMs: number, startedAtMs?: number): Promise<ReplayRow['warnings']> {
    const world = await worldWithReplay({ phase: 'COLLECTING', lastArrivalAtMs: 0 }, [0], {
      startMs: NOW_MS,
    });
    const window = { fromMs: NOW_MS - 60 * MINUTE_MS, toMs };
    world.status.set(REPLAY, {
      description: 'speed=max',
      window,
      ...(startedAtMs !== undefined && { startedAtMs }),
    });
    await playOut(world);
    expect(rowOf(world).phase).toBe('DONE');
    return rowOf(world).warnings;
  }

  test.each([
    ['ten minutes before the start', 10 * MINUTE_MS, undefined],
    ['a second less', 10 * MINUTE_MS - 1_000, '599 s before'],
    ['at the start', 0, '0 s before'],
    ['in the future', -MINUTE_MS, 'after'],
  ])('%s: %s ms', async (_, agoMs, said) => {
    const startedAtMs = NOW_MS - 3 * MINUTE_MS;
    const warnings = await warningsOf(startedAtMs - agoMs, startedAtMs);
    if (said === undefined) expect(warnings).toBeUndefined();
    else {
      expect(warnings).toMatchObject([{ code: 'RecentWindow' }]);
      expect(warnings?.[0]?.message).toMatch(
        new RegExp(`^The window ends ${said} the replay was started\\.`),
      );
    }
  });

  test('nine minutes before the first event came, where EventBridge does not say when the replay was started', async () => {
    expect(await warningsOf(NOW_MS - 9 * MINUTE_MS)).toMatchObject([{ code: 'RecentWindow' }]);
    expect(await warningsOf(NOW_MS - 10 * MINUTE_MS)).toBeUndefined();
  });
});

describe('ties', () => {
  async function worldOf(seconds: number[], changes: Partial<ReplayRow> = {}): Promise<World> {
    const world = await worldWithReplay({ ...releasingRow(seconds, { speed: 'max' }), ...changes });
    for (const [n, second] of seconds.entries()) {
      const event = parseEvent(eventAt(second, `e-${n}`));
      const key = {
        replay: REPLAY,
        bucket: bucketOf(event.id, world.settings.buckets),
        position: positionOf(event, { tiebreaker: '' }),
      };
      await world.buffer.put(key, { json: event.json, late: false, receivedAtMs: 0, expiresAtMs: 9e12 });
    }
    return world;
  }

  test('are counted in a warning of the row and of the report, with what to do', async () => {
    const world = await worldOf([0, 1, 1, 1, 2]);
    const answer = await playOut(world);
    const message =
      '2 of 5 events have the second and the tiebreaker of the one before. They come by id: always the same way, but ' +
      'without meaning. Deploy with a tiebreaker, the path of a value that says which came first, and start another replay.';
    expect(rowOf(world).warnings).toEqual([{ code: 'Ties', message }]);
    expect(answer).toMatchObject({ report: { warnings: [{ code: 'Ties', message }] } });
  });

  test('are none where every event has a time of its own', async () => {
    const world = await worldOf([0, 1, 2]);
    await playOut(world, (row) => expect(codesOf(row)).toEqual([]));
  });

  test('are told once, however often the row is saved', async () => {
    const world = await worldOf([0, 0, 300, 300, 900, 900], { options: { speed: '1' } });
    const said = new Set<string>();
    await playOut(world, (row) => {
      for (const { message } of row.warnings ?? []) said.add(message.slice(0, 6));
      expect(codesOf(row).length).toBeLessThanOrEqual(1);
    });
    expect([...said]).toEqual(['1 of 2', '2 of 4', '3 of 6']);
  });

  test.each<[{ tiebreaker?: string; lanes?: number }, RegExp]>([
    [{ tiebreaker: 'detail.n' }, /The tiebreaker detail\.n does not tell them apart: choose one that does/],
    [{ lanes: 3 }, /Those of them that are in one lane come by id/],
  ])('given %j, then the warning says so', ({ tiebreaker = '', lanes = 1 }, said) => {
    const tally = { ties: 1, outOfOrder: 0, farthestMs: 0, keyed: 0, lanes, laneSketch: '' };
    const checkpoint = { position: '', eventTimeMs: 0, dueAtMs: 0, released: 2, duplicates: 0, tally };
    expect(tieWarning({ tiebreaker, checkpoint } as ReplayRow)?.message).toMatch(said);
  });
});
