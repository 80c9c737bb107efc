import type { Delivered } from '../consumer/order';
import type { Happened } from './events';
import type { Consumer, Replay } from './replay';

/** Of the whole suite, for its last line. */
export const figures = { cases: 0, events: 0, arrivedOutOfOrder: 0, violations: 0, lost: 0, redelivered: 0 };

export interface Verdict {
  /** Deliveries that came before an earlier event of their lane, after one that was skipped, or where another belongs. */
  violations: number;
  /** Events that never came. */
  lost: number;
  /** Deliveries beyond the first of an event. */
  redelivered: number;
}

/**
 * Judges what a consumer got by what happened. A lane's events must come as they happened, numbered 0, 1, 2, …; they
 * may come again, but always the same ones under the same numbers, and nothing new before all that was there before.
 */
export function judge(
  happened: Happened[],
  delivered: Delivered[],
  laneOf: (event: Happened) => string,
): Verdict {
  const lanes = new Map<string, Happened[]>();
  for (const event of happened) lanes.set(laneOf(event), [...(lanes.get(laneOf(event)) ?? []), event]);
  const next = new Map<string, number>();
  const seen = new Set<string>();
  let violations = 0;
  let redelivered = 0;
  for (const { orderingKey, offset, n } of delivered) {
    const expected = next.get(orderingKey) ?? 0;
    const repeated = offset < expected && seen.has(`${orderingKey}#${n}`);
    if (lanes.get(orderingKey)?.[offset]?.n !== n || (offset !== expected && !repeated)) violations++;
    else if (repeated) redelivered++;
    next.set(orderingKey, Math.max(expected, offset + 1));
    seen.add(`${orderingKey}#${n}`);
  }
  const lost = happened.filter((event) => !seen.has(`${laneOf(event)}#${event.n}`)).length;
  return { violations, lost, redelivered };
}

/** How many arrived after an event that sorts behind them. */
export function outOfOrder(positions: string[]): number {
  let highest = '';
  return positions.filter((position) => {
    const late = position < highest;
    if (!late) highest = position;
    return late;
  }).length;
}

const oneLane = () => '';

/** What every case ends with: all of it, in order, although it arrived in none. */
export async function expectAllInOrder(
  replay: Replay,
  happened: Happened[],
  options: { consumer?: Consumer; laneOf?: (event: Happened) => string } = {},
): Promise<Verdict> {
  const { consumer = 'steady', laneOf = oneLane } = options;
  const verdict = judge(happened, await replay.delivered(consumer), laneOf);
  const arrived = outOfOrder((await replay.arrived()).map(({ position }) => position));
  figures.events += happened.length;
  figures.arrivedOutOfOrder += arrived;
  figures.violations += verdict.violations;
  figures.lost += verdict.lost;
  figures.redelivered += verdict.redelivered;
  expect({ replay: replay.name, ...verdict }).toMatchObject({ violations: 0, lost: 0 });
  expect(arrived).toBeGreaterThan(0);
  return verdict;
}
