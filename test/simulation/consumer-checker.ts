import type { Delivery, ReplayableEvent } from '../../src/consumer';
import type { LaneRecord } from '../fakes/lanes';
import { idIn } from './oracle';
import type { Tables } from './protocol';
import type { Scenario } from './scenario';
import { streamPartOf } from './stream-part';
import { demand } from './verdict';

/** The name that the consumer's wrapper is given. */
export const CONSUMER = 'billing';

/**
 * At least once, in order: no event is begun before all those before it in its lane were handled, whoever runs beside
 * whom; each comes as it is in the lane, with the number and position that it has there.
 */
export class ConsumerChecker {
  readonly #tables: Tables;
  readonly #name: string;
  readonly #handledUpTo = new Map<string, number>();

  /** @param name The consumer's own. */
  constructor(tables: Tables, name: string) {
    this.#tables = tables;
    this.#name = name;
  }

  begins({ run, orderingKey, offset, position }: Delivery, event: ReplayableEvent): void {
    const lane = `${run}#${orderingKey}`;
    const record = this.#tables.lanes.log.find((each) => each.lane === lane && each.offset >= offset);
    const n = record ? record.events.length - 1 - (record.offset - offset) : -1;
    demand(
      record?.positions[n] === position && isParsed(record.events[n], event),
      'consumer',
      () => `${event.id} comes as number ${offset} of "${lane}", at ${position}`,
    );
    demand(
      isFor(record, this.#name),
      'consumer',
      () => `${event.id} of "${lane}" is for ${record.consumers}`,
    );
    const next = (this.#handledUpTo.get(lane) ?? -1) + 1;
    demand(offset <= next, 'consumer', () => `${offset} of "${lane}" begins before ${next} was handled`);
  }

  handled({ run, orderingKey, offset }: Delivery): void {
    const lane = `${run}#${orderingKey}`;
    this.#handledUpTo.set(lane, Math.max(this.#handledUpTo.get(lane) ?? -1, offset));
  }

  /** Every lane that is for it to its end; where an event fails for ever, what is read after it waits behind it. */
  atTheEnd({ poison, shards }: Scenario): void {
    const { log } = this.#tables.lanes;
    const stuckAt = log.findIndex(({ events }) => events.some((json) => idIn(json) === poison));
    const stuck = log[stuckAt];
    const ends = new Map(log.map((record) => [record.lane, record]));
    for (const [lane, end] of ends) {
      let owed = isFor(end, this.#name) ? end.offset : -1;
      if (stuck && lane === stuck.lane) {
        owed = stuck.offset - stuck.events.length + stuck.events.findIndex((json) => idIn(json) === poison);
      } else if (stuck && streamPartOf(lane, shards) === streamPartOf(stuck.lane, shards)) {
        owed = log.slice(0, stuckAt).findLast((record) => record.lane === lane)?.offset ?? -1;
      }
      const handled = this.#handledUpTo.get(lane) ?? -1;
      demand(handled === owed, 'consumer', () => `"${lane}" was handled up to ${handled} of ${owed}`);
    }
  }
}

function isFor({ consumers }: LaneRecord, name: string): boolean {
  return !consumers || consumers.includes(name);
}

/** A handler gets its event parsed, which rounds its numbers. */
function isParsed(text: string | undefined, event: ReplayableEvent): boolean {
  const parsed = JSON.stringify(event);
  return text === parsed || (text !== undefined && JSON.stringify(JSON.parse(text)) === parsed);
}
