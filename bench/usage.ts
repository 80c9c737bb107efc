import { EXPRESS_BASE_MB, EXPRESS_BILLED_MB, EXPRESS_BILLED_MS, type Item, PRICES } from './prices';

/** How much of each billed thing was used. */
export type Usage = Record<Item, number>;

const ITEMS = Object.keys(PRICES) as Item[];

export function usage(used: Partial<Usage> = {}): Usage {
  return Object.fromEntries(ITEMS.map((item) => [item, used[item] ?? 0])) as Usage;
}

export function combine(one: Usage, other: Usage, merge: (one: number, other: number) => number): Usage {
  return Object.fromEntries(ITEMS.map((item) => [item, merge(one[item], other[item])])) as Usage;
}

export function scale(used: Usage, factor: number): Usage {
  return combine(used, used, (amount) => amount * factor);
}

/** What each thing costs, in USD. */
export function cost(used: Usage): Usage {
  return Object.fromEntries(
    ITEMS.map((item) => [item, (used[item] * PRICES[item].usd) / PRICES[item].per]),
  ) as Usage;
}

export function total(used: Usage): number {
  return ITEMS.reduce((sum, item) => sum + cost(used)[item], 0);
}

/**
 * The same replay at two sizes tells what each event costs from what each replay costs.
 *
 * @returns the usage of one event, and of a replay without any.
 */
export function marginal(
  small: { events: number; used: Usage },
  large: { events: number; used: Usage },
): { perEvent: Usage; perReplay: Usage } {
  const perEvent = scale(
    combine(large.used, small.used, (more, less) => more - less),
    1 / (large.events - small.events),
  );
  const perReplay = combine(small.used, scale(perEvent, small.events), (all, share) =>
    Math.max(0, all - share),
  );
  return { perEvent, perReplay };
}

/** GB-seconds of one Express execution, as it is billed. */
export function expressGbSeconds(durationMs: number, payloadBytes: number, definitionBytes: number): number {
  const usedMb = EXPRESS_BASE_MB + (payloadBytes + definitionBytes) / 1024 ** 2;
  const billedMb = Math.ceil(usedMb / EXPRESS_BILLED_MB) * EXPRESS_BILLED_MB;
  const billedMs = Math.ceil(durationMs / EXPRESS_BILLED_MS) * EXPRESS_BILLED_MS;
  return (billedMb / 1024) * (billedMs / 1000);
}
