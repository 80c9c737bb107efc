import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random';
import type { Archive, ArchivedEvent } from './archive';
import type { EventBus } from './bus';
import { replayedEvent } from './bus-event';

/** How badly a replay behaves. All of it is within what AWS documents. */
export interface ReplayTemper {
  /** Share of events that are delivered a second time. */
  duplicateRate: number;
  /** Share of events that are throttled until they are too old, and so take the way over the dead-letter queue. */
  throttleRate: number;
  /** Longest delay of a single event, milliseconds. */
  maxDelayMs: number;
  /** Highest rate; the targets may slow it down. */
  eventsPerSecond: number;
}

export interface ReplayRequest {
  name: string;
  arn: string;
  archive: Archive;
  description: string;
  fromMs: number;
  toMs: number;
  /** Only these rules see the replay; empty for all. */
  ruleArns: string[];
}

type ReplayState = 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED';

const START_MS = 100;
/** Events on their way to targets at a time: what EventBridge's own throttling does for a slow target. */
const MAX_OUTSTANDING = 16;

/**
 * One replay: minute by minute by event time, in no order within a minute, each event delayed on its own, some
 * delivered twice. COMPLETED says that all were put on the bus, not that they arrived.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
 */
export class Replay {
  readonly request: ReplayRequest;
  readonly startedAtMs = Date.now();
  state: ReplayState = 'STARTING';
  lastReplayedMs: number | undefined;
  endedAtMs: number | undefined;

  constructor(request: ReplayRequest) {
    this.request = request;
  }

  cancel(): void {
    this.state = 'CANCELLING';
  }

  /** @param signal ends the replay wherever it is. */
  async run(bus: EventBus, temper: ReplayTemper, random: Random, signal: AbortSignal): Promise<void> {
    const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
    const { name, ruleArns } = this.request;
    await pause(START_MS);
    if (this.state === 'STARTING') this.state = 'RUNNING';
    const outstanding = new Set<Promise<void>>();
    const beganMs = Date.now();
    for (const { json, atMs, timeMs } of this.#schedule(temper, random)) {
      const earlyMs = beganMs + atMs - Date.now();
      if (earlyMs > 1) await pause(earlyMs);
      if (outstanding.size >= MAX_OUTSTANDING) await Promise.race(outstanding);
      if (this.state !== 'RUNNING' || signal.aborted) break;
      const delivery = bus
        .publish(replayedEvent(json, name), ruleArns)
        .finally(() => outstanding.delete(delivery));
      outstanding.add(delivery);
      this.lastReplayedMs = Math.max(this.lastReplayedMs ?? 0, timeMs);
    }
    this.#end(this.state === 'CANCELLING' || signal.aborted ? 'CANCELLED' : 'COMPLETED');
  }

  /** Each minute's events in any order, at an even rate, each late by chance: into the next minutes' too. */
  #schedule(temper: ReplayTemper, random: Random): { json: string; timeMs: number; atMs: number }[] {
    const { archive, fromMs, toMs } = this.request;
    const stepMs = 1_000 / temper.eventsPerSecond;
    return archive
      .minutes(fromMs, toMs)
      .flatMap((minute) => random.shuffle(withDuplicates(minute, temper, random)))
      .map((event, index) => ({ ...event, atMs: index * stepMs + random.integer(0, temper.maxDelayMs) }))
      .sort((one, other) => one.atMs - other.atMs);
  }

  #end(state: 'COMPLETED' | 'CANCELLED'): void {
    this.state = state;
    this.endedAtMs = Date.now();
  }
}

function withDuplicates(
  minute: ArchivedEvent[],
  { duplicateRate }: ReplayTemper,
  random: Random,
): ArchivedEvent[] {
  return [...minute, ...minute.filter(() => random.chance(duplicateRate))];
}
