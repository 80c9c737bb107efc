import fc from 'fast-check';
import { RERUN_RULES } from '../../src/core/replay/row-rules';
import { sequence } from '../../src/core/replay/sequence';
import { createWorld } from '../fakes/world';
import { REPLAY } from '../support/events';
import { releasingRow, worldWithReplay } from '../support/replays';
import { comesLate, idsOf, play, runAgain } from './support';

const ATTRIBUTES = [...Object.keys(RERUN_RULES), 'retainedUntilMs', 'sealedAtMs', 'phase'] as const;
const VALUES = ['x !', '', 'COLLECTING', -7, 0.5, true, null, {}, { x: 1 }, [], [1], ['']];
/** A text is a wish of somebody's, whatever it says; an instant that has passed is believed. */
const isAllowed = (attribute: string, value: unknown) =>
  (attribute === 'requestId' && typeof value === 'string') ||
  (attribute.endsWith('Ms') && attribute !== 'retainedUntilMs' && typeof value === 'number');

test('given anything in any attribute of a rerun at any time, then nothing throws, the row says so, nothing is released, and corrected it ends as it would have', async () => {
  const phases = new Set<string | undefined>();
  let stopped = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ATTRIBUTES),
      fc.constantFrom(...VALUES),
      fc.nat(3),
      async (attribute, value, stepsBefore) => {
        const seconds = [0, 30, 60];
        const row = { ...releasingRow(seconds, { speed: 'max' }), sealedAtMs: createWorld().clock.now() };
        const world = await worldWithReplay(row, seconds);
        await play(world, REPLAY);
        await comesLate(world, 45, 'late');
        const run = await runAgain(world, { include: 'all', speed: '1', consumers: ['a'] });
        const step = async () => {
          const answer = await sequence({ replay: run, generation: 1 }, world.sequenceDeps());
          if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
        };
        for (let n = 0; n < stepsBefore; n++) await step();
        const stored = world.replays.row(run) as unknown as Record<string, unknown>;
        if (stored.phase === 'DONE' || isAllowed(attribute, value)) return;
        phases.add(stored.phase as string);
        const { [attribute]: before } = stored;
        const releasedBefore = idsOf(world, run).length;
        stored[attribute] = value;
        for (let n = 0; n < 3; n++) {
          await step();
          const now = world.replays.row(run) as unknown as Record<string, unknown>;
          if (now.phase === 'DONE') continue;
          const name = attribute.replace(/Ms$/, '');
          const warnings = now.warnings as { message: string }[] | undefined;
          expect(warnings?.some(({ message }) => message.includes(name))).toBe(true);
          if (attribute === 'requestId') continue;
          expect(now.reason).toContain(name);
          expect(idsOf(world, run)).toHaveLength(releasedBefore);
          stopped++;
        }
        const now = world.replays.row(run) as unknown as Record<string, unknown>;
        if (now.phase === 'DONE') return;
        if (before === undefined) delete now[attribute];
        else now[attribute] = before;
        const { phase, reason, warnings } = await play(world, run);
        expect({ phase, reason, warnings }).toEqual({ phase: 'DONE' });
        expect(idsOf(world, run)).toEqual(['e-0', 'e-30', 'late', 'e-60']);
      },
    ),
    { numRuns: 300 },
  );
  // What never comes up is not tested.
  expect([...phases].sort()).toEqual(['RELEASING', 'SEALED']);
  expect(stopped).toBeGreaterThan(100);
});
