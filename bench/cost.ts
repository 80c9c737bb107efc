import type { BaselineKind } from './baseline/compute-wait';
import { measureColdStart } from './cold-start';
import { costOfBaseline } from './cost-baseline';
import { costOfOurs } from './cost-ours';
import type { CostRun } from './cost-run';
import { type Costs, costSection, SIZES, type SizeRow } from './cost-section';
import { startDynalite } from './dynalite';
import { makeEvents } from './events';
import { type Item, PRICES } from './prices';
import type { Section } from './section';
import { median } from './statistics';
import { combine, marginal, scale, type Usage, usage } from './usage';

const MILLION = 1e6;

export interface CostScale {
  /** Sizes of the replays whose difference is the cost of one event. */
  small: number;
  large: number;
  baselineEvents: number;
  /** Only the processor time differs between them: what is counted is the same each time but for the seed's texts. */
  rounds: number;
  /** Of the replays beside the main ones. */
  variantRounds: number;
  /** Imports of the bundle in a process of its own. */
  coldStarts: number;
}

export const COST_SCALE: CostScale = {
  small: 500,
  large: 1_500,
  baselineEvents: 200,
  rounds: 3,
  variantRounds: 1,
  coldStarts: 11,
};

/** Cost of a million events: what one event uses, times a million, and what the replay uses once. */
export async function measureCost(size: CostScale = COST_SCALE): Promise<Section> {
  const dynamodb = await startDynalite();
  try {
    const ours = (options: OursOptions) => oursPerMillion(dynamodb, size, size.rounds, options);
    const variant = (options: OursOptions) => oursPerMillion(dynamodb, size, size.variantRounds, options);
    const baseline = async (kind: BaselineKind, bytes: number) => {
      const events = makeEvents({ count: size.baselineEvents, bytes, perSecond: 5 });
      const { used } = await costOfBaseline(kind, dynamodb, { events, speed: '1' });
      return scale(used, MILLION / events.length);
    };
    // The code is compiled as it runs: the first run would look slower than it is.
    await variant({ bytes: 300 });
    const rows: SizeRow[] = [];
    for (const [name, bytes] of Object.entries(SIZES)) {
      rows.push({
        size: name as keyof typeof SIZES,
        ours: await ours({ bytes }),
        table: await baseline('table', bytes),
        bus: await baseline('bus', bytes),
      });
    }
    const variants: Costs['variants'] = [
      {
        what: '1 KB, a detail that cannot be deflated',
        used: await variant({ bytes: 1_024, content: 'noise' }),
      },
      {
        what: '1 KB, speed=1, 50 events a second',
        used: await variant({ bytes: 1_024, perSecond: 50, speed: '1' }),
      },
      {
        what: '1 KB, speed=1, 1 event a second',
        used: await variant({ bytes: 1_024, perSecond: 1, speed: '1' }),
      },
    ];
    return costSection(
      { perMillion: rows, variants, coldStart: await measureColdStart(size.coldStarts) },
      size,
    );
  } finally {
    dynamodb.stop();
  }
}

interface OursOptions {
  bytes: number;
  content?: 'orders' | 'noise';
  perSecond?: number;
  speed?: string;
}

async function oursPerMillion(
  dynamodb: Awaited<ReturnType<typeof startDynalite>>,
  { small, large }: CostScale,
  rounds: number,
  { bytes, content = 'orders', perSecond = 5, speed = 'max' }: OursOptions,
): Promise<Usage> {
  const results: Usage[] = [];
  for (let round = 1; round <= rounds; round++) {
    const run = (count: number): Promise<CostRun> =>
      costOfOurs(dynamodb, { events: makeEvents({ count, bytes, perSecond, seed: round, content }), speed });
    const { perEvent, perReplay } = marginal(await run(small), await run(large));
    results.push(combine(scale(perEvent, MILLION), perReplay, (events, once) => events + once));
  }
  const items = Object.keys(PRICES) as Item[];
  return usage(Object.fromEntries(items.map((item) => [item, median(results.map((each) => each[item]))])));
}
