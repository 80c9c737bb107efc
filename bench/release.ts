import { CUSTOMERS } from './events';
import { ASSUMED_REQUEST_MS, gbSeconds, shareOfCore } from './lambda';
import { median } from './measure';
import { total, usage } from './prices';
import { type ReleaseCase, type ReleaseRun, type Way, withReleases } from './release-runs';
import { figure, percent, type Section, type Target, table } from './section';

const MB = 1_024 ** 2;
const DEPLOYED_MB = 256;
const TARGET_PER_SECOND = 2_000;

export const RELEASE_SCALE = {
  /** As deployed, twice that, and a whole core. */
  memoriesMb: [DEPLOYED_MB, 512, 1_769],
  warmUpMs: 8_000,
  measuredMs: 40_000,
  rounds: 3,
};
type ReleaseScale = typeof RELEASE_SCALE;

/** How many lanes, and the ordering key that makes so many. */
const SPREADS = [
  { lanes: CUSTOMERS, orderingKey: 'detail.customer' },
  { lanes: 1, orderingKey: 'none' },
];

export interface ReleaseRow extends ReleaseRun {
  memoryMb: number;
  lanes: number;
  way: Way;
}

/** How fast the function `sequence` releases with no more than Lambda gives it. */
export async function measureRelease(scale: ReleaseScale = RELEASE_SCALE): Promise<Section> {
  const { memoriesMb, rounds, ...times } = scale;
  const cases = memoriesMb.flatMap((memoryMb) =>
    SPREADS.flatMap((spread) => {
      const ways: Way[] = memoryMb === DEPLOYED_MB ? ['before', 'deployed'] : ['deployed'];
      return ways.map((way) => ({ memoryMb, ...spread, way, runs: [] as ReleaseRun[] }));
    }),
  );
  await withReleases(times, async (release) => {
    // In turns: what disturbs a round disturbs it for all.
    for (let round = 1; round <= rounds; round++) {
      for (const each of cases) each.runs.push(await release(each satisfies ReleaseCase));
    }
  });
  const rows = cases.map(({ memoryMb, lanes, way, runs }): ReleaseRow => {
    const middle = (name: keyof ReleaseRun) => median(runs.map((run) => run[name]));
    return {
      memoryMb,
      lanes,
      way,
      perSecond: middle('perSecond'),
      perAppend: middle('perAppend'),
      unitsPerEvent: middle('unitsPerEvent'),
      share: middle('share'),
      residentBytes: middle('residentBytes'),
    };
  });
  return releaseSection(rows, scale);
}

/** The section of results: of each number of lanes one that is deployed, and one from before. */
export function releaseSection(rows: ReleaseRow[], scale: Omit<ReleaseScale, 'memoriesMb'>): Section {
  const caption =
    'The function `sequence` at `speed=max` with events of 1 KB, with the processor and the heap that Lambda gives it';
  return {
    title: 'Release',
    tables: [
      table(caption, rows, {
        'memory, MB': ({ memoryMb }) => figure(memoryMb, 0),
        'of a core': ({ memoryMb }) => percent(shareOfCore(memoryMb)),
        lanes: ({ lanes }) => figure(lanes, 0),
        '': ({ way }) => way,
        'events a second': ({ perSecond }) => figure(perSecond, 0),
        'events an append': ({ perAppend }) => figure(perAppend, 1),
        'write units an event': ({ unitsPerEvent }) => figure(unitsPerEvent, 3),
        'USD of Lambda for a million': (row) => figure(lambdaUsd(row), 4),
        'processor used, of a core': ({ share }) => figure(share, 3),
        'resident, peak MB': ({ residentBytes }) => figure(residentBytes / MB, 0),
      }),
    ],
    notes: [
      `Medians of ${scale.rounds} rounds of ${scale.measuredMs / 1_000} s, each after ${scale.warmUpMs / 1_000} s of another replay with a whole core; the first batches of a call are small, and counted. *Before* is the SDK client for every request, and batches of 1,000 events or 4 MiB.`,
      `The deployed handler, core and adapters, bundled as they are deployed, in a process that gets ${figure(DEPLOYED_MB, 0)} MB's share of a core: of each 20 ms it runs until the processor time of its share is used up, and is stopped for the rest. Over TLS, to a stand-in for DynamoDB in another process, which answers after ${ASSUMED_REQUEST_MS} ms, demands a signature, and checks and keeps the condition of each append.`,
      'Multiplying processor time that was measured with a whole core would flatter: a process that is stopped fifty times a second finds its caches cold.',
      'On AWS a core may be faster or slower than here, and an answer takes as long as it takes. Waiting for the next event costs by the memory too: see docs/cost.md.',
    ],
    targets: rows.flatMap((row) => targetOf(row, rows)),
    data: rows,
  };
}

/** What `sequence` costs while it releases a million events. */
export function lambdaUsd({ perSecond, memoryMb }: Pick<ReleaseRow, 'perSecond' | 'memoryMb'>): number {
  return total(usage({ lambdaGbSeconds: gbSeconds(1e9 / perSecond, memoryMb) }));
}

function targetOf(row: ReleaseRow, rows: ReleaseRow[]): Target[] {
  const before = rows.find(({ lanes, way }) => lanes === row.lanes && way === 'before');
  if (row.memoryMb !== DEPLOYED_MB || row.way !== 'deployed' || !before) return [];
  const told = ({ perSecond, unitsPerEvent }: ReleaseRow) =>
    `${figure(perSecond, 0)} events/s with ${figure(unitsPerEvent, 3)} write units an event`;
  return [
    {
      what: `released into ${figure(row.lanes, 0)} lane${row.lanes === 1 ? '' : 's'} with ${DEPLOYED_MB} MB`,
      target: `≥ ${figure(TARGET_PER_SECOND, 0)} events/s, for no more write units than before`,
      measured: `${told(row)}; before ${told(before)}`,
      met: row.perSecond >= TARGET_PER_SECOND && row.unitsPerEvent <= before.unitsPerEvent,
    },
  ];
}
