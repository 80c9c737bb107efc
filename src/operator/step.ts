import { OrderedReplayError } from '../core/errors';
import type { EventBuffer } from '../core/ports';
import { SealedSetReader } from '../core/release/merge';
import { wishesOf } from '../core/replay/command';
import { hasEnded, type ReplayRow } from '../core/replay/row';
import { rowNotReadable } from '../core/replay/row-notice';
import { selectionOf, setOf } from '../core/replay/run';
import { nothingLeft, runEnded, tooEarly } from './refusals';

const MOST_EVENTS = 10_000;

/**
 * The position up to which a step of so many events goes: counted from the last event released, or from the end of a step
 * that is pending. With fewer events left it is that of the last one.
 */
export async function placeOfStep(
  row: ReplayRow,
  events: number,
  buffer: Pick<EventBuffer, 'read'>,
): Promise<string> {
  if (!Number.isInteger(events) || events < 1 || events > MOST_EVENTS) throw notACount(row.replay, events);
  if (hasEnded(row.phase)) throw runEnded(row);
  const problem = row.problems?.find(({ stops }) => stops);
  if (problem) throw rowNotReadable(row.replay, problem);
  if (row.phase !== 'RELEASING') throw tooEarly(row);
  const { stepTo } = wishesOf(row.command);
  const { position: released = '' } = row.checkpoint ?? {};
  const from = stepTo !== undefined && stepTo > released ? stepTo : row.checkpoint?.position;
  const reader = new SealedSetReader(buffer, setOf(row), row.buckets, selectionOf(row), from);
  let place: string | undefined;
  for (let n = 0; n < events; n++) {
    if (reader.needsFill) await reader.fill();
    const next = reader.peek();
    if (!next) break;
    place = next.position;
    reader.take();
  }
  if (place === undefined) throw nothingLeft(row);
  return place;
}

function notACount(replay: string, events: number): OrderedReplayError {
  return new OrderedReplayError('InvalidInput', `A step of ${events} events is not possible.`, {
    remedy: `Nothing was asked of the run. Allowed are whole numbers from 1 to ${MOST_EVENTS}.`,
    ids: { replay },
  });
}
