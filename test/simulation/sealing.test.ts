import { DEFAULT_SETTINGS } from '../../src/core/settings';
import { strays, straysAndCrashes } from './kinds';
import { playKind } from './play';

jest.setTimeout(240_000);

test('R1, R6: given puts that race with the seal, then every event is released or late, never both and never neither', async () => {
  let sawBoth = 0;
  const { collectTimeoutMs, phaseCacheMs } = DEFAULT_SETTINGS;
  await playKind(strays, 60, ({ phase, row, released, late, dwellMs }, { events, seed }) => {
    expect(phase).toBe('DONE');
    expect(row?.collected).toBe(released);
    // A put whose caller has given it up may be counted beside the next attempt.
    if (seed % 2 === 1) expect(released + late).toBe(events.length);
    expect(released + late).toBeGreaterThanOrEqual(events.length);
    expect(dwellMs).toBeGreaterThanOrEqual(collectTimeoutMs + phaseCacheMs);
    if (late > 0 && released > 1) sawBoth++;
  });
  expect(sawBoth).toBeGreaterThan(20);
});

test('R1: given crashes and duplicates besides, then no late event goes uncounted', async () => {
  let crashes = 0;
  let late = 0;
  await playKind(straysAndCrashes, 40, (outcome) => {
    expect(outcome.phase).toBe('DONE');
    crashes += outcome.struck.get('crash') ?? 0;
    late += outcome.late;
  });
  expect(crashes).toBeGreaterThan(40);
  expect(late).toBeGreaterThan(100);
});
