import { isPlain, NotAnOrderedReplayError } from './errors';
import { offsetAt } from './lane-event';
import type { LaneRecord } from './stream-record';

/** What the wrapper logs, as one JSON line each: which event, never what is in it. */

const HANDLER_FAILED = 'The handler failed on a replayed event; its record is delivered again.';

/**
 * The line for an event that failed. The message of the handler's error may quote the event, so only its name is
 * given; the wrapper's own errors quote nothing.
 */
export function failureLine(record: LaneRecord, index: number, thrown: unknown): string {
  return JSON.stringify({ ...failure(thrown), ...place(record, index) });
}

/** A handler can throw what nobody can read: a name that is no text, properties that throw in their turn. */
function failure(thrown: unknown): { message: string; error: string } {
  try {
    if (!(thrown instanceof Error)) return { message: HANDLER_FAILED, error: `a thrown ${typeof thrown}` };
    const message = thrown instanceof NotAnOrderedReplayError ? thrown.message : HANDLER_FAILED;
    const { name } = thrown;
    return { message, error: isPlain(name) ? name : 'an error without a plain name' };
  } catch {
    return { message: HANDLER_FAILED, error: 'an error that cannot be read' };
  }
}

/** The line for a stop before the Lambda deadline; `handledAny` tells whether this call handled any event. */
export function deadlineLine(
  record: LaneRecord,
  index: number,
  time: { remainingMs: number; minRemainingMs: number },
  handledAny: boolean,
): string {
  return JSON.stringify({
    message: deadlineMessage(record, index, handledAny),
    ...place(record, index),
    ...time,
  });
}

function deadlineMessage(record: LaneRecord, index: number, handledAny: boolean): string {
  if (!handledAny) {
    return 'Handled no event: less than minRemainingMs was left at the start. Give the function a longer timeout.';
  }
  if (index === 0) return 'Stopped before the Lambda deadline; delivery goes on from this event.';
  return (
    `Stopped before the Lambda deadline inside a record; its ${record.events.length} events are delivered again from ` +
    'the first. Give the function a longer timeout, or the stack a smaller GroupCount (for the records to come).'
  );
}

function place(record: LaneRecord, index: number) {
  const { replay, run, sequenceNumber } = record;
  return { replay, run, offset: offsetAt(record, index), sequenceNumber };
}

/** The line for records that are for consumers with names, where this one has none. */
export function passedOverLine(records: LaneRecord[]): string {
  return JSON.stringify({
    message:
      'Passed over records of runs that are for some consumers only. If this is one of them, give the wrapper its name: ' +
      'the option "consumer".',
    records: records.length,
    runs: [...new Set(records.map(({ run }) => run))],
  });
}
