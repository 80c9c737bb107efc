import { until } from '../../../local/until';

/** Each look costs the machine time that it needs for the replays. */
const LOOK_EVERY_MS = 1_000;

/** Looks once a second until there is something, or fails when it takes too long. */
export const eventually: typeof until = (what, look, withinMs = 120_000) =>
  until(what, look, withinMs, LOOK_EVERY_MS);
