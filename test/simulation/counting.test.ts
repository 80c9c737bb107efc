import { longCounts, longCountsDisturbed } from './kinds';
import { playAll, playKind } from './play';
import { quietly } from './quietly';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';
import { small } from './small';

jest.setTimeout(240_000);

/** Calls that went on at once: only the count takes longer than a call here. */
const callsThatWentOn = ({ answers }: Outcome) =>
  answers.filter(({ action }) => action === 'continue').length;

test('R1: given a set that takes longer to be counted than a call has, then it is counted in several, exactly', async () => {
  let wentOn = 0;
  await playKind(longCounts, 40, (outcome, { events }) => {
    expect(outcome.row).toMatchObject({ phase: 'DONE', collected: events.length });
    expect(outcome.row).not.toHaveProperty('counting');
    expect(outcome.row).not.toHaveProperty('countingSaves');
    wentOn += callsThatWentOn(outcome);
  });
  expect(wentOn).toBeGreaterThan(80);
});

test('R1, R7: given deaths or a second sequencer while the set is counted, then the count is the same', async () => {
  await playKind(longCountsDisturbed, 40, ({ row }, { events }) => {
    expect(row).toMatchObject({ phase: 'DONE', collected: events.length });
  });
});

test('R1, R7: given a sequencer that dies at any point while the set is counted, then the count is the same', async () => {
  const counted: Scenario = { ...small, counts: { pageEvents: 1, pageMs: 2_500 } };
  const { points, violation } = await quietly(() => run(counted));
  expect(violation).toBeUndefined();
  const plans = Array.from({ length: points.sequence }, (_, at) => ({
    ...counted,
    dies: { sequence: [at] },
  }));
  await playAll(plans, ({ row }) =>
    expect(row).toMatchObject({ phase: 'DONE', collected: small.events.length }),
  );
});
