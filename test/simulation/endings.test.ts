import {
  badOption,
  cancelledInEventBridge,
  cancelledInTheRow,
  deadForAnHour,
  outlivesRetention,
  overtakenPut,
  releasedWithoutLetters,
} from './kinds';
import { playKind } from './play';

jest.setTimeout(240_000);

test('given a replay that is cancelled in EventBridge while it is collected, then nothing is delivered, and every event is held', async () => {
  let cancelled = 0;
  await playKind(cancelledInEventBridge, 26, ({ row, lanes, answers }) => {
    expect(lanes).toEqual([]);
    if (!row) return;
    cancelled++;
    expect(row).toMatchObject({ phase: 'CANCELLED', late: 0 });
    expect(answers.at(-1)).toMatchObject({ action: 'done', report: { phase: 'CANCELLED' } });
  });
  expect(cancelled).toBeGreaterThanOrEqual(20);
});

test('given a replay whose row somebody sets to CANCELLED, at any moment, then release stops soon, at a beginning of the lanes', async () => {
  const endings = new Set<string>();
  await playKind(cancelledInTheRow, 60, ({ phase, phases }) => {
    endings.add(phase === 'DONE' ? 'DONE' : `CANCELLED after ${phases.at(-1) ?? 'nothing'}`);
  });
  expect([...endings].sort()).toEqual([
    'CANCELLED after RELEASING',
    'CANCELLED after SEALED',
    'CANCELLED after nothing',
    'DONE',
  ]);
});

test('R1: given an option that is not valid, then the replay fails with InvalidOption, nothing is delivered, and every event is held', async () => {
  await playKind(badOption, 20, ({ row, lanes, answers }) => {
    expect(row).toMatchObject({ phase: 'FAILED', errorCode: 'InvalidOption' });
    expect(answers.at(-1)).toMatchObject({ action: 'fail', Error: 'InvalidOption' });
    expect(lanes).toEqual([]);
  });
});

test('R1: given dead letters, when they are handed back after an hour, then the replay goes on by itself with every event', async () => {
  let waited = 0;
  await playKind(deadForAnHour, 24, ({ row, phases }, { events }) => {
    expect(row).toMatchObject({ phase: 'DONE', late: 0, dead: 0, collected: events.length });
    if (events.length === 1) return;
    waited++;
    expect(phases).toContain('INCOMPLETE');
  });
  expect(waited).toBeGreaterThanOrEqual(20);
});

test('R1: given onMissing=continue, then the others are released at once, and what is handed back later is late, and counted', async () => {
  await playKind(releasedWithoutLetters, 20, ({ row }, { events }) => {
    const dead = events.filter(({ bad }) => bad).length;
    expect(row).toMatchObject({ phase: 'DONE', late: dead, dead, collected: events.length - dead });
  });
});

test('R1: given a playback that outlives the time for which events are kept, then it fails at a beginning of the lanes, or is done with every event', async () => {
  const endings = new Map<string | undefined, number>();
  await playKind(outlivesRetention, 40, ({ row, released }, { events }) => {
    const ending = row?.phase === 'DONE' ? row.phase : row?.errorCode;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    if (ending === 'DONE') expect(released).toBe(events.length);
    else expect(released).toBeLessThan(events.length);
  });
  expect(endings.get('DONE')).toBeGreaterThan(4);
  expect(endings.get('PlaybackOutlivesRetention')).toBeGreaterThan(10);
});

test('R1: given a put that arrives after the set was counted, against all promises, then the replay does not end as if all were well', async () => {
  let mismatches = 0;
  await playKind(overtakenPut, 20, ({ row, released, late }, { events }) => {
    if (row?.phase === 'FAILED') mismatches++;
    else expect(released + late).toBe(events.length);
  });
  expect(mismatches).toBeGreaterThan(5);
});
