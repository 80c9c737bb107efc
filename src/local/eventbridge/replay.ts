import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../core/event';
import type { Random } from '../random';
import type { Archive } from './archive';
import type { EventBus } from './bus';

/** How badly a replay behaves. All of it is within what AWS documents. */
export interface ReplayTemper {
  /** Share of events that are delivered a second time. */
  duplicateRate: number;
  /** Longest delay of a single event, milliseconds. */
  maxDelayMs: number;
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

const EMISSIONS_PER_SECOND = 50;

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

  async run(bus: EventBus, temper: ReplayTemper, random: Random): Promise<void> {
    const { archive, fromMs, toMs } = this.request;
    await delay(100);
    if (this.state === 'STARTING') this.state = 'RUNNING';
    const pauseMs = 1_000 / EMISSIONS_PER_SECOND;
    const chunk = Math.max(1, Math.round(temper.eventsPerSecond / EMISSIONS_PER_SECOND));
    let credit = chunk;
    for (const minute of archive.minutes(fromMs, toMs)) {
      for (const json of random.shuffle(withDuplicates(minute, temper, random))) {
        if (this.state !== 'RUNNING') return this.#end('CANCELLED');
        this.#emit(bus, json, random.integer(0, temper.maxDelayMs));
        if (--credit > 0) continue;
        credit = chunk;
        await delay(pauseMs);
      }
      this.lastReplayedMs = Math.max(...minute.map((json) => Date.parse((JSON.parse(json) as { time: string }).time)));
    }
    // The slowest delivery is still on its way to the bus.
    await delay(temper.maxDelayMs);
    this.#end('COMPLETED');
  }

  #emit(bus: EventBus, json: string, delayMs: number): void {
    const event = { ...(JSON.parse(json) as JsonObject), 'replay-name': this.request.name };
    setTimeout(() => {
      if (this.state !== 'CANCELLED') bus.publish(event, this.request.ruleArns);
    }, delayMs);
  }

  #end(state: ReplayState): void {
    this.state = this.state === 'CANCELLING' ? 'CANCELLED' : state;
    this.endedAtMs = Date.now();
  }
}

function withDuplicates(minute: string[], { duplicateRate }: ReplayTemper, random: Random): string[] {
  return [...minute, ...minute.filter(() => random.chance(duplicateRate))];
}
