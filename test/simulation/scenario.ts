import type { ErrorCode } from '../../src/core/errors';
import type { Phase, ReplayRow } from '../../src/core/replay/row';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings';
import type { Sketch } from '../support/events';
import type { Commands } from './commands';
import { descriptionOf, type Playback, settingsOf } from './playback';
import type { PlannedRerun } from './rerun-plan';

/** How often each thing goes wrong: the probability each time that it could. */
export interface Faults {
  /** EventBridge delivers an event again. */
  duplicate: number;
  /** The rule's target is throttled or slow to take an event, for up to the maximum event age. */
  targetThrottled: number;
  /** An event is over the 256 KiB that Step Functions takes. */
  oversized: number;
  /** An Express execution runs twice. */
  expressTwice: number;
  /** A Lambda call crashes before, during or after one of its requests. */
  crash: number;
  /** A Lambda call stops at one of its requests and does nothing more until its timeout. */
  hang: number;
  /** A Lambda call goes on, but its caller is told that it failed. */
  zombie: number;
  /** A Lambda call is refused. */
  lambdaThrottled: number;
  /** A function begins in a new environment. */
  coldStart: number;
  /** A request waits in its sender for seconds. */
  slowRequest: number;
  /** The host of a sequencer's call stands still, for up to half an hour, and its timeout with it. */
  standstill: number;
  /** A service refuses a request for now. */
  requestThrottled: number;
  /** A request has its effect and its answer is lost. */
  answerLost: number;
  /** Sending a message to Overflow fails. */
  parkFails: number;
  /** An SQS message is delivered again although it was handled. */
  messageTwice: number;
  /** A consumer's handler fails. */
  handlerFails: number;
  /** A consumer's handler takes seconds: the wrapper stops before the deadline. */
  handlerSlow: number;
  /** A consumer's handler never returns. */
  handlerHangs: number;
  /** The event source mapping goes back to an earlier checkpoint. */
  iteratorRestart: number;
}

/** What somebody does about dead letters. */
export type OperatorAct = 'redrive' | 'purge';

export interface SketchPlan extends Sketch {
  /** Its `sequence` and `key` are digits, and numbers in the event: see `long-numbers.ts`. */
  isLong?: true;
  /** Cannot be collected until somebody mends it: it is no event, or one whose tiebreaker has no order. */
  bad?: boolean | 'tiebreaker';
  /** So many of its first collect calls crash. */
  cursed?: number;
  /** The rule's target is throttled that long before it takes the event. */
  throttledMs?: number;
  /** The Region is over its invocations quota: EventBridge first tries to deliver it that long after COMPLETED. */
  firstTriedAfterMs?: number;
  /** So many of its first collect calls never reach the function: their caller waits in vain. */
  unreachable?: number;
  /** Its puts are as slow as this, or only so many of them. */
  slowPut?: SlowRequest & { times?: number };
  /** It is delivered so long after COMPLETED, each of these times; EventBridge promises to have sent it before. */
  strayMs?: number[];
}

/** Least times that a request waits in its sender, and is on its way. */
export interface SlowRequest {
  sentAfterMs: number;
  onItsWayMs: number;
}

/**
 * Points of all calls of a function, before, on the way of and after their requests, each counted from 0: at these a
 * process dies.
 */
export interface DeadlyPoints {
  collect?: number[];
  sequence?: number[];
  /** The execution ends with its call: nobody tries that again. */
  withExecution?: boolean;
  /** A healer too, at its nth point after the first sequencer died. */
  healAfterwards?: number;
}

/** Requests that are refused through all attempts of the SDK. */
export interface Refusals {
  /** How the names of their ports and methods begin; empty for every request. */
  of: string;
  /** All of them, or one in so many. */
  oneIn: number;
  /** From so long after the start on, for so long. */
  fromMs: number;
  forMs: number;
}

/** Somebody types something into the replay's row and puts back later what was there. */
export interface Typing {
  attribute: Exclude<keyof ReplayRow, 'replay' | 'problems'>;
  /** Of a map: only this part of it. */
  part?: string;
  /** Removes the attribute where it is undefined. */
  value: unknown;
  /** After the row was made. */
  afterMs: number;
  forMs: number;
}

/** All that a run depends on. Plain values, so that a failing one can be made smaller. */
export interface Scenario {
  seed: number;
  events: SketchPlan[];
  playback: Playback;
  onMissing: 'wait' | 'continue';
  settings: Pick<Settings, 'buckets' | 'groupCount'> & Partial<Pick<Settings, 'retentionMs'>>;
  /** Typed into the replay's description besides: an option that is not valid. */
  badOption?: string;
  /** The errors with which the replay may fail, although everything holds that is promised. */
  mayFail?: ErrorCode[];
  /** What a call of `sequence` has, where that is less than its timeout. */
  sequenceCallMs?: number;
  /** The set is counted so few events at a time, and each time that takes so long at least, as if it were large. */
  counts?: { pageEvents: number; pageMs: number };
  /** A page that is read for release takes so long at least, each time that it is asked for. */
  readMs?: number;
  /** Events come in any order, which is more than EventBridge does: it replays minute by minute. */
  inAnyOrder?: boolean;
  /** How the replay ends in EventBridge; the last two for one that takes hours. */
  replay: 'completes' | 'isCancelled' | 'fails' | 'stalls' | 'stallsForHalfADay';
  /** Somebody sets the row to CANCELLED that long after the release began. */
  cancelRowAfterMs?: number;
  /** The same, that long after the row was made: in whatever phase it is then. */
  cancelAnyRowAfterMs?: number;
  /** What people wish of the run while it goes on. */
  commands?: Commands;
  typing?: Typing;
  /** Somebody has made the row before its replay began. */
  rowBefore?: { phase: Phase | undefined };
  /** A deployment so long after the row was made gives the functions another retention. */
  retentionBecomes?: { ms: number; afterMs: number };
  /** Somebody ends the sequencer's execution so long after its start. */
  abortSequencerAfterMs?: number;
  /** Somebody starts these generations too, by hand, when there is a row: executions with names of their own. */
  sequencersBesides?: number[];
  /** Executions of these generations have come and gone already: their names are used up. */
  namesUsedUp?: number[];
  /** An execution that was aborted: somebody starts the next one by hand a minute later. */
  rescue?: 'byHand';
  /** The executions, one after the other, that fail so long after their start. */
  failSequencersAfterMs?: number[];
  /** In this time every step of a sequencer ends its execution at once, as after a deployment with a bad setting. */
  outage?: { afterMs: number; forMs: number };
  /** Step Functions tells nothing of executions that end; otherwise every other time. */
  statusEventsAreLost?: boolean;
  /** For so long no call of `sequence` is taken: the account's other functions run as often at once as it may. */
  noCapacity?: { afterMs: number; forMs: number };
  dies?: DeadlyPoints;
  /** At that point of all calls of `sequence` a host stands still for a while, and the call's timeout with it. */
  standsStill?: { at: number; forMs: number };
  operator: {
    act: OperatorAct;
    /** What makes the operator look, and how long after it the act comes. */
    trigger: 'dead' | 'incomplete' | 'emptyOnce' | 'sealed' | 'releasing';
    delayMs: number;
    /** Between two letters that are redriven. */
    paceMs?: number;
  };
  /** The consumer's handler fails on this event for ever. */
  poison?: string;
  shards: number;
  /** Most that two hosts' clocks differ. */
  skewMs: number;
  /** They differ by all of that: those of `sequence` are ahead of all others. */
  sequencerIsAhead?: boolean;
  /** For a long one. */
  mostTurns?: number;
  /** Queue depths lack all that was sent in this time, not only some of what was sent in the last minute. */
  depthLagMs?: number;
  /** Every attempt of `collect` that fails, and every delay after it, takes as long as it may. */
  collectIsSlow?: boolean;
  /** No arrival mark is written after the row is made: its write is best effort. */
  marksAreLost?: boolean;
  refuses?: Refusals;
  /** People ask for other runs of the set. */
  reruns?: PlannedRerun[];
  /** The account runs so many functions at once and refuses further calls. */
  concurrency?: number;
  /** EventBridge replays so many events a second, where the pace is not left to chance. */
  eventsPerSecond?: number;
  faults: Faults;
}

/**
 * How long a request can be on its way. A request whose sender is killed still arrives, so this and the clocks'
 * difference share the time that dwell and settle allow for both.
 */
export const MAX_TRANSIT_MS = 60;

/** Half an hour: longer than a lease lasts beyond its sequencer's next step. */
export const MAX_STANDSTILL_MS = 30 * 60_000;

export function settingsFor({ playback, settings }: Scenario): Settings {
  return { ...DEFAULT_SETTINGS, ...settingsOf(playback), ...settings };
}

export function descriptionFor({ playback, onMissing, badOption }: Scenario): string {
  return badOption ?? `${descriptionOf(playback)} onMissing=${onMissing}`;
}

/** An event that comes against what EventBridge and the network promise: the seal need not wait for it. */
export function isUnpromised({ strayMs, slowPut }: SketchPlan): boolean {
  return strayMs !== undefined || (slowPut?.onItsWayMs ?? 0) > DEFAULT_SETTINGS.clockSkewMs;
}
