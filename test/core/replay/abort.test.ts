import { MAX_TOLD_ATTEMPTS, MINUTE_MS } from '../../../src/core/limits';
import { heal } from '../../../src/core/replay/heal';
import type { ReplayRow } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import type { PortCall } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { released, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

const ABORT = { replay: REPLAY, generation: 1, aborted: true };
const SECONDS = [0, 3, 6, 9];
const KEEPS_ENDING = { code: 'SequencerKeepsEnding', message: 'It was restarted.' };

const releasingWorld = (changes: Partial<ReplayRow> = {}) =>
  worldWithReplay({ ...releasingRow(SECONDS, { speed: '1' }), ...changes }, SECONDS);
const codes = (world: World) => rowOf(world).warnings?.map(({ code }) => code);

/** Does something when the nth append has been made. */
function afterAppend(n: number, act: () => Promise<unknown>) {
  let appends = 0;
  return {
    async after({ port }: PortCall) {
      if (port === 'lanes' && ++appends === n) await act();
    },
  };
}

/** Somebody saves the row just before each of the first so many saves. */
function beforeSaves(n: number, act: () => void) {
  let saves = 0;
  return {
    before({ method }: PortCall) {
      if (method === 'save' && ++saves <= n) act();
    },
  };
}

describe('R7: a call that still runs when its execution is aborted', () => {
  test.each<[string, Partial<ReplayRow>]>([
    ['nothing else in its row', {}],
    ['restarts that its first save forgets', { restarts: 11, warnings: [KEEPS_ENDING] }],
    ['a value in its row that cannot be read', { heartbeatAtMs: 'soon' as never }],
  ])('given %s, then it stops, and the row says why', async (_what, changes) => {
    const world = await releasingWorld(changes);
    const hook = afterAppend(2, () => heal(REPLAY, world.healDeps(), ABORT));
    const answer = await sequence({ replay: REPLAY, generation: 1 }, world.sequenceDeps({ hook }));
    expect(answer).toMatchObject({ action: 'done', report: { phase: 'RELEASING' } });
    expect(released(world)).toEqual(['e-0', 'e-3']);
    expect(rowOf(world)).toMatchObject({ phase: 'RELEASING', generation: 1, abortedGeneration: 1 });
    expect(codes(world)).toContain('SequencerAborted');
  });

  test('given an older one beside it, then that stops too; one that is started by hand does the rest', async () => {
    const world = await releasingWorld({ generation: 2, abortedGeneration: 2 });
    // Named by the healer, and never started by it: the name was used up.
    delete rowOf(world).leaseUntilMs;
    expect(await sequence({ replay: REPLAY, generation: 1 }, world.sequenceDeps())).toMatchObject({
      action: 'done',
    });
    expect(released(world)).toEqual([]);
    await sequence({ replay: REPLAY, generation: 3 }, world.sequenceDeps());
    expect(released(world)).toEqual(['e-0', 'e-3', 'e-6', 'e-9']);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', generation: 3 });
  });

  test('given an abort that is told between a later generation’s look and its first save, then the row forgets it', async () => {
    const world = await releasingWorld();
    let looks = 0;
    let appends = 0;
    const hook = {
      async after({ port, method }: PortCall) {
        if (port === 'replays' && method === 'get' && ++looks === 1) {
          await heal(REPLAY, world.healDeps(), ABORT);
          expect(codes(world)).toEqual(['SequencerAborted']);
        }
        if (port === 'lanes' && ++appends === 1) {
          expect(rowOf(world)).not.toHaveProperty('abortedGeneration');
          expect(codes(world)).toBeUndefined();
        }
      },
    };
    const deps = world.sequenceDeps({ hook });
    await sequence({ replay: REPLAY, generation: 2 }, deps);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', generation: 2 });
  });
});

describe('R7: an abort that the healer is told of', () => {
  const renewed = (world: World) => () => {
    const row = rowOf(world);
    row.leaseUntilMs = (row.leaseUntilMs ?? 0) + MINUTE_MS;
  };

  test.each([1, MAX_TOLD_ATTEMPTS - 1])(
    'given a call that renews its lease before %d of its saves, then the row says it all the same',
    async (times) => {
      const world = await releasingWorld();
      const hook = beforeSaves(times, renewed(world));
      expect(await heal(REPLAY, world.healDeps({ hook }), ABORT)).toMatchObject({ outcome: 'aborted' });
      expect(rowOf(world)).toMatchObject({ abortedGeneration: 1 });
      expect(codes(world)).toEqual(['SequencerAborted']);
    },
  );

  test('given a row that somebody saves before each of its saves, then it gives up', async () => {
    const world = await releasingWorld();
    const hook = beforeSaves(Number.POSITIVE_INFINITY, renewed(world));
    expect(await heal(REPLAY, world.healDeps({ hook }), ABORT)).toMatchObject({ outcome: 'leftAlone' });
    const saves = world.replays.calls.filter(({ method }) => method === 'save');
    expect(saves).toHaveLength(MAX_TOLD_ATTEMPTS);
  });

  test('given an execution that failed and a row that has changed since it was read, then the next one is started', async () => {
    const world = await releasingWorld();
    const hook = beforeSaves(1, renewed(world));
    const failed = { ...ABORT, aborted: false };
    expect(await heal(REPLAY, world.healDeps({ hook }), failed)).toMatchObject({
      outcome: 'restarted',
      generation: 2,
      restarts: 1,
    });
  });

  test('given the same event twice, one after the other or at once, then one of them calls for a person', async () => {
    const tell = (world: World) => heal(REPLAY, world.healDeps(), ABORT);
    const first = await releasingWorld();
    const outcomes = [(await tell(first)).outcome, (await tell(first)).outcome];
    expect(outcomes).toEqual(['aborted', 'leftAlone']);
    const second = await releasingWorld();
    const atOnce = (await Promise.all([tell(second), tell(second)])).map(({ outcome }) => outcome);
    expect(atOnce.sort()).toEqual(['aborted', 'leftAlone']);
  });

  test('given the one after it, started by hand and aborted as well, then the row names that one', async () => {
    const world = await releasingWorld();
    world.starts.end({ replay: REPLAY, generation: 1 }, 'aborted');
    await heal(REPLAY, world.healDeps(), ABORT);
    const second = { ...ABORT, generation: 2 };
    expect(await heal(REPLAY, world.healDeps(), second)).toMatchObject({ outcome: 'aborted' });
    expect(rowOf(world)).toMatchObject({ generation: 2, abortedGeneration: 2 });
    expect(rowOf(world).warnings).toMatchObject([
      { code: 'SequencerAborted', message: expect.stringContaining('start generation 3 by hand') },
    ]);
  });
});
