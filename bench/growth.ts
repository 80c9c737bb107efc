import { withBundled } from './bundled';
import { figure, type Section } from './section';
import { median } from './statistics';

const MB = 1_024 ** 2;
const MEMORY_TARGET = 1.2;
const WORK_TARGET = 0.1;

export interface GrowthScale {
  sizes: number[];
  rounds: number;
}

export const GROWTH_SCALE: GrowthScale = { sizes: [10_000, 100_000, 1_000_000], rounds: 3 };

interface Growth {
  events: number;
  heldBytes: number;
  peakRssBytes: number;
  calls: number;
  cpuMicros: number;
}

/** Memory and work of a release as replays grow, each in a process of its own. */
export async function measureGrowth({ sizes, rounds }: GrowthScale = GROWTH_SCALE): Promise<Section> {
  const results = await withBundled('growth-child.ts', async (run) => {
    const grown: Growth[] = [];
    for (const events of sizes) {
      const each: Growth[] = [];
      for (let round = 0; round < rounds; round++) {
        each.push((await run(['--expose-gc', '--max-semi-space-size=1'], String(events))) as Growth);
      }
      const middle = (name: keyof Growth) => median(each.map((growth) => growth[name]));
      grown.push({
        events,
        heldBytes: middle('heldBytes'),
        peakRssBytes: middle('peakRssBytes'),
        calls: middle('calls'),
        cpuMicros: middle('cpuMicros'),
      });
    }
    return grown;
  });
  return toSection(results, rounds);
}

function toSection(results: Growth[], rounds: number): Section {
  const [least, most] = [results[0], results.at(-1)] as [Growth, Growth];
  const held = most.heldBytes / least.heldBytes;
  const rss = most.peakRssBytes / least.peakRssBytes;
  const perEvent = results.map(({ calls, events }) => calls / events);
  const workSpread = Math.max(...perEvent) / Math.min(...perEvent) - 1;
  const cpus = results.map(({ cpuMicros }) => cpuMicros);
  const cpuSpread = Math.max(...cpus) / Math.min(...cpus) - 1;
  return {
    title: 'Memory and growth',
    tables: [
      {
        caption: 'Release with stores in memory; the sealed set is generated, not stored',
        head: [
          'events',
          'held, peak MB',
          'resident, peak MB',
          'store calls an event',
          'processor µs an event',
        ],
        rows: results.map(({ events, heldBytes, peakRssBytes, calls, cpuMicros }) => [
          figure(events, 0),
          figure(heldBytes / MB, 1),
          figure(peakRssBytes / MB, 1),
          figure(calls / events, 4),
          figure(cpuMicros),
        ]),
      },
    ],
    notes: [
      `Medians of ${rounds} rounds, each in a process of its own after 50,000 events to warm up. *Held* is the heap right after a collection, the largest of 40 looks; *resident* is what the operating system gave, warm-up included. Young generation: 1 MB a half, so that garbage does not count as memory. Processor time: as many releases as make 500,000 events.`,
      'Not measured: the SDK’s own buffers, which hold one page a bucket (8 × 1 MB at most) as long as a read lasts.',
    ],
    targets: [
      {
        what: `memory at ${figure(most.events, 0)} events`,
        target: `≤ ${MEMORY_TARGET} × that at ${figure(least.events, 0)}`,
        measured: `held ${figure(held)} ×, resident ${figure(rss)} ×`,
        met: Math.max(held, rss) <= MEMORY_TARGET,
      },
      {
        what: 'work per event',
        target: `flat within ${WORK_TARGET * 100}%`,
        measured: `store calls within ${figure(workSpread * 100, 1)}%, processor time within ${figure(cpuSpread * 100, 1)}%`,
        met: workSpread <= WORK_TARGET,
      },
    ],
    data: results,
  };
}
