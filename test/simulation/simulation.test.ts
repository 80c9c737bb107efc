import { scenarioOf } from './draw';
import { quietly } from './quietly';
import { explain } from './report';
import { run } from './run';
import type { Faults } from './scenario';

jest.setTimeout(240_000);

const SEEDS = 1_000;

test(`R1 to R7: given ${SEEDS} replays in a cloud where everything goes wrong, then every invariant holds`, async () => {
  const endings = new Set<string | undefined>();
  const struck = new Set<keyof Faults>();
  let withLate = 0;
  let restarted = 0;
  let runAgain = 0;
  await quietly(async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scenario = scenarioOf(seed);
      const outcome = await run(scenario);
      if (outcome.violation) throw new Error(await explain(scenario, outcome.violation));
      const isAborted = outcome.row?.abortedGeneration !== undefined;
      endings.add(isAborted ? 'aborted, until somebody starts it again' : outcome.phase);
      for (const fault of outcome.struck.keys()) struck.add(fault);
      if (outcome.late > 0) withLate++;
      if (outcome.generation > 1) restarted++;
      if (outcome.reruns.some(({ phase, released }) => phase === 'DONE' && released > 0)) runAgain++;
    }
  });
  // What never comes up is not tested.
  expect([...endings].sort()).toEqual([
    'CANCELLED',
    'DONE',
    'FAILED',
    'aborted, until somebody starts it again',
    undefined,
  ]);
  expect([...struck].sort()).toEqual(Object.keys(scenarioOf(1).faults).sort());
  expect(withLate).toBeGreaterThan(SEEDS / 50);
  expect(restarted).toBeGreaterThan(SEEDS / 50);
  expect(runAgain).toBeGreaterThan(SEEDS / 50);
});

test('given a seed, when it is played twice, then the same things happen at the same times', async () => {
  let lines = 0;
  await quietly(async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const first = await run(scenarioOf(seed), { recording: true });
      await new Promise((resolve) => setTimeout(resolve, seed % 3));
      const second = await run(scenarioOf(seed), { recording: true });
      lines += first.trace.length;
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    }
  });
  expect(lines).toBeGreaterThan(5_000);
});

test('given a seed, when nobody records it, then it ends the same way', async () => {
  await quietly(async () => {
    for (let seed = 41; seed <= 80; seed++) {
      const { trace: _, ...watched } = await run(scenarioOf(seed), { recording: true });
      const { trace, ...unwatched } = await run(scenarioOf(seed));
      expect(unwatched).toEqual(watched);
      expect(trace).toEqual([]);
    }
  });
});
