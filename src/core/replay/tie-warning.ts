import type { ReplayRow, Warning } from './row';

export const TIES = 'Ties';

/** Said where events share their time and nothing but their ids keeps them apart: then their order has no meaning. */
export function tieWarning({ checkpoint, tiebreaker }: ReplayRow): Warning | undefined {
  const { released = 0, tally } = checkpoint ?? {};
  if (!tally?.ties) return undefined;
  const which = tally.lanes > 1 ? 'Those of them that are in one lane' : 'They';
  const hint = tiebreaker
    ? `The tiebreaker ${tiebreaker} does not tell them apart: choose one that does`
    : 'Deploy with a tiebreaker, the path of a value that says which came first';
  const message =
    `${tally.ties} of ${released} events have the second and the tiebreaker of the one before. ${which} come by id: always ` +
    `the same way, but without meaning. ${hint}, and start another replay.`;
  return { code: TIES, message };
}
