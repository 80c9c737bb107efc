import { OrderedReplayError } from './errors';
import { isTiebreakerType, TIEBREAKER_TYPES, type TiebreakerType } from './event/tiebreaker-types';
import { DAY_MS, MAX_RETENTION_MS, MINUTE_MS, SECOND_MS } from './limits';
import { compileOptions, DEFAULT_OPTIONS, isPath, type OptionTexts } from './replay/options';

/**
 * What a deployment chooses. The waits are promises about the other parts of the stack, so each is derived from the
 * settings it depends on, never guessed.
 */
export interface Settings {
  /** Defaults that a replay's description can override. */
  options: OptionTexts;
  /** JMESPath of the value that orders events within one second; empty for none. */
  tiebreaker: string;
  tiebreakerType: TiebreakerType;
  buckets: number;
  /** Most events in one append, so in one stream record. */
  groupCount: number;
  /** How long buffered events and lanes are kept. */
  retentionMs: number;
  /** How often a replay that is still being collected is looked at; more often for a while once arrivals stop. */
  pollEveryMs: number;
  /** `MaximumEventAgeInSeconds` of the rule's target. */
  maximumEventAgeMs: number;
  /** `TimeoutSeconds` of the state machine `collect`. */
  collectExecutionMs: number;
  /** Timeout of the function `collect`. */
  collectTimeoutMs: number;
  /** How long `collect` may believe a phase that it has read. */
  phaseCacheMs: number;
  /** The arrival mark in the row is at most this much older than the newest arrival. */
  arrivalStaleMs: number;
  /** While EventBridge's deliveries are delayed, it still tries one of this rule's at least this often. */
  maxArrivalGapMs: number;
  /** Least time between two readings of the queues: depths are exact this long after the last send. */
  queueMetadataMs: number;
  /** The last reading comes this long after the last message can have been sent: SQS says "at least" a minute. */
  depthLagMs: number;
  /** Allowance for clocks of different hosts, and for the last request of a function that was killed. */
  clockSkewMs: number;
}

export const DEFAULT_SETTINGS: Settings = {
  options: DEFAULT_OPTIONS,
  tiebreaker: '',
  tiebreakerType: 'auto',
  buckets: 8,
  groupCount: 25,
  retentionMs: 14 * DAY_MS,
  pollEveryMs: 15 * SECOND_MS,
  maximumEventAgeMs: MINUTE_MS,
  collectExecutionMs: 18 * SECOND_MS,
  collectTimeoutMs: 5 * SECOND_MS,
  phaseCacheMs: 2 * SECOND_MS,
  arrivalStaleMs: 5 * SECOND_MS,
  maxArrivalGapMs: 15 * SECOND_MS,
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
  queueMetadataMs: MINUTE_MS,
  depthLagMs: 75 * SECOND_MS,
  clockSkewMs: 3 * SECOND_MS,
};

/** After an event's first attempt at the latest: by then it is in the buffer or in a queue. */
export function settleMs(settings: Settings): number {
  return settings.maximumEventAgeMs + settings.collectExecutionMs + settings.clockSkewMs;
}

/** After SEALED: by then every put made in the belief that the replay is still collecting is visible. */
export function dwellMs(settings: Settings): number {
  return settings.collectTimeoutMs + settings.phaseCacheMs + settings.clockSkewMs;
}

export const SETTINGS_REMEDY = "Correct the stack's parameters and deploy again.";

/** @throws OrderedReplayError `InvalidSettings` naming the setting, its value and what is allowed. */
export function validateSettings(settings: Settings): Settings {
  demand(
    'buckets',
    settings.buckets,
    Number.isInteger(settings.buckets) && inRange(settings.buckets, 1, 64),
    '1 to 64',
  );
  demand(
    'groupCount',
    settings.groupCount,
    Number.isInteger(settings.groupCount) && inRange(settings.groupCount, 1, 1_000),
    '1 to 1000',
  );
  const { retentionMs } = settings;
  demand('retentionMs', retentionMs, inRange(retentionMs, DAY_MS, MAX_RETENTION_MS), '1 to 14 days');
  for (const [name, value] of Object.entries(settings)) {
    if (name.endsWith('Ms')) demand(name, value, inRange(value, 0, 365 * DAY_MS), '0 to 365 days');
  }
  demand('tiebreaker', settings.tiebreaker, isPath(settings.tiebreaker), 'a JMESPath, or nothing');
  const { tiebreakerType } = settings;
  demand('tiebreakerType', tiebreakerType, isTiebreakerType(tiebreakerType), TIEBREAKER_TYPES.join(', '));
  try {
    compileOptions(settings.options, SETTINGS_REMEDY);
  } catch (cause) {
    throw invalid((cause as Error).message, { cause });
  }
  return settings;
}

function inRange(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function demand(name: string, value: unknown, holds: boolean, allowed: string): void {
  if (!holds) throw invalid(`Setting ${name} is ${value}; allowed is ${allowed}.`, { allowed });
}

function invalid(message: string, why: { allowed: string } | { cause: unknown }): OrderedReplayError {
  return new OrderedReplayError('InvalidSettings', message, { remedy: SETTINGS_REMEDY, ...why });
}
