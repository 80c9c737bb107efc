import type { Tally } from '../../src/core/replay/progress';
import type { ReplayRow } from '../../src/core/replay/row';
import { REPLAY } from '../support/events';
import type { Tables } from './protocol';
import { demand } from './verdict';

/** More lanes than that are not remembered one by one. */
const MOST_LANES_COUNTED = 127;

/** What the row says of a set's events in the end is true of the set, whoever died or came second meanwhile. */
export function checkTally({ checkpoint, options }: ReplayRow, { buffer, lanes }: Tables): void {
  const set = buffer.stored(REPLAY).filter(({ late }) => !late);
  // What has expired cannot be counted any more.
  if (set.length === 0 || set.length !== checkpoint?.released) return;
  const beforeId = set.map(({ position }) => position.split('#').slice(0, 2).join('#'));
  const soonerMs = set.map(({ receivedAtMs }, n) =>
    Math.max(0, ...set.slice(0, n).map((earlier) => earlier.receivedAtMs - receivedAtMs)),
  );
  const expected = {
    ties: beforeId.filter((each, n) => n > 0 && each === beforeId[n - 1]).length,
    outOfOrder: soonerMs.filter((ms) => ms > 0).length,
    farthestMs: Math.max(...soonerMs),
    latestReceivedAtMs: Math.max(...set.map(({ receivedAtMs }) => receivedAtMs)),
    keyed: options?.orderingKey === 'none' ? 0 : set.length,
    kinds: ['n', 's', 't', 'v'].filter((kind) => beforeId.some((each) => each.includes(`#${kind}`))).join(''),
    lanes: [...lanes.contents().keys()].filter((lane) => lane.startsWith(`${REPLAY}#`)).length,
  };
  const { laneSketch: _, ...told }: Partial<Tally> = checkpoint.tally ?? {};
  // So many are estimated, to a few in a hundred.
  const error = Math.abs((told.lanes ?? 0) - expected.lanes) / expected.lanes;
  if (expected.lanes > MOST_LANES_COUNTED && error < 0.15) expected.lanes = told.lanes ?? 0;
  const [is, wanted] = [told, expected].map((each) => JSON.stringify(Object.entries(each).sort()));
  demand(is === wanted, 'R5', () => `the tally is ${is}, and should be ${wanted}`);
}
