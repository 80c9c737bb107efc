/**
 * What happens next to the thing that failed.
 *
 * - `park`: the event cannot be handled as it is; it is parked in the queue Overflow and, after five attempts, a dead
 *   letter.
 * - `retry`: trying again later can succeed; nothing was decided.
 * - `fail`: the replay (or the function) cannot go on until somebody changes something.
 */
export type Disposition = 'park' | 'retry' | 'fail';

const DISPOSITIONS = {
  InvalidEvent: 'park',
  InvalidTiebreaker: 'park',
  EventTooLarge: 'park',
  CollectDeadlineExceeded: 'retry',
  SequencerNotStarted: 'retry',
  ServiceUnavailable: 'retry',
  RowNotReadable: 'retry',
  InvalidInput: 'fail',
  InvalidOption: 'fail',
  InvalidSettings: 'fail',
  ReplayNotFound: 'fail',
  ReplayFailed: 'fail',
  PlaybackOutlivesRetention: 'fail',
  CountMismatch: 'fail',
  RunEnded: 'fail',
  StepTooEarly: 'fail',
  StepLost: 'fail',
  RunRefused: 'fail',
} as const satisfies Record<string, Disposition>;

export type ErrorCode = keyof typeof DISPOSITIONS;

/** Every code this service raises; `docs/errors.md` has a row for each. */
export const ERROR_CODES = Object.keys(DISPOSITIONS) as ErrorCode[];

/** The ids that say which thing failed. Never an event's content: see `idsAsTold`. */
export interface ErrorIds {
  replay?: string;
  eventId?: string;
}

/** EventBridge's ids are UUIDs. A text of another form in the place of one may be anything, and is not told. */
const PLAIN_ID = /^[\w.:@/-]{1,128}$/;

/** What may be told of ids that came with an event. */
export function idsAsTold(ids: { [Id in keyof ErrorIds]: unknown }): ErrorIds {
  const plain = Object.entries(ids).filter(([, id]) => typeof id === 'string' && PLAIN_ID.test(id));
  return Object.fromEntries(plain);
}

/**
 * The one error class of the service: data that becomes one text where a person reads it, see `textOf`. `message` says
 * what happened, `remedy` what the reader should do now, which depends on where it is read.
 *
 * `name` equals `code`, because Lambda reports an error by its name and the state machines' `Retry` and
 * `Catch` match on it: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export class OrderedReplayError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly ids: ErrorIds;
  /** What is allowed in the place of a value that is not. */
  readonly allowed: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { remedy: string; ids?: ErrorIds; allowed?: string; cause?: unknown },
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = code;
    this.code = code;
    this.remedy = details.remedy;
    this.ids = idsAsTold(details.ids ?? {});
    this.allowed = details.allowed;
  }

  get disposition(): Disposition {
    return DISPOSITIONS[this.code];
  }
}

/**
 * What every port throws for a failure that passes by itself: AWS throttles a request, does not answer it in time, or has
 * a fault of its own. All else that a port throws is a fault that somebody has to mend.
 */
export function unavailable(service: string, cause: unknown): OrderedReplayError {
  // An error of the network has its name in `code`.
  const { code, name = 'an error without a name' } = cause as { code?: string; name?: string };
  return new OrderedReplayError('ServiceUnavailable', `${service} did not take a request: ${code ?? name}.`, {
    remedy: 'Nothing; it is tried again. If it stays, look at the limits and the health of that service.',
    cause,
  });
}

/** True of what trying again later may mend. By its code: an error may come from another copy of this module. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === ('ServiceUnavailable' satisfies ErrorCode)
  );
}

const PLAIN_NAME = /^[A-Za-z_$][\w$.:-]{0,99}$/;

/** The name of whatever was thrown, where it has one that is no sentence: that may quote an event, as a message may. */
export function nameOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown;
    return typeof thrown.name === 'string' && PLAIN_NAME.test(thrown.name) ? thrown.name : 'Error';
  } catch {
    // It may be made so that nobody can read it.
    return 'Error';
  }
}

/** What happened and what to do, for where a person reads it. */
export function textOf({ message, remedy }: OrderedReplayError): string {
  return `${message} ${remedy}`;
}
