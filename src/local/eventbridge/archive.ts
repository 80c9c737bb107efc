import type { JsonObject } from '../../core/json';
import { compilePattern } from '../../pattern/event-pattern';
import type { BusEvent } from './bus-event';

export interface ArchivedEvent {
  timeMs: number;
  json: string;
}

/** Events that were put on a bus, kept for replay: those that match its pattern. A replay puts none. */
export class Archive {
  readonly name: string;
  readonly arn: string;
  readonly busArn: string;
  readonly pattern: string | undefined;
  readonly createdAtMs = Date.now();
  readonly #matches: (event: JsonObject) => boolean;
  readonly #events: ArchivedEvent[] = [];
  #bytes = 0;

  /** @throws InvalidEventPatternError where the pattern is not valid. */
  constructor(name: string, arn: string, busArn: string, pattern: string | undefined) {
    this.name = name;
    this.arn = arn;
    this.busArn = busArn;
    this.pattern = pattern;
    this.#matches = pattern === undefined ? () => true : compilePattern(pattern);
  }

  get eventCount(): number {
    return this.#events.length;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  keep({ json, envelope }: BusEvent): void {
    if (!this.#matches(envelope)) return;
    this.#bytes += Buffer.byteLength(json);
    this.#events.push({ timeMs: Date.parse(String(envelope.time)), json });
  }

  /** Events of a window by their own time, its start included and its end not, minute by minute in order of time. */
  minutes(fromMs: number, toMs: number): ArchivedEvent[][] {
    const minutes = new Map<number, ArchivedEvent[]>();
    for (const event of this.#events) {
      if (event.timeMs < fromMs || event.timeMs >= toMs) continue;
      const minute = Math.floor(event.timeMs / 60_000);
      const events = minutes.get(minute);
      if (events) events.push(event);
      else minutes.set(minute, [event]);
    }
    return [...minutes].sort(([one], [other]) => one - other).map(([, events]) => events);
  }
}
