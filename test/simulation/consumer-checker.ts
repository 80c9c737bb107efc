import type { Delivery, ReplayableEvent } from '../../src/consumer';
import { REPLAY } from '../support/events';
import { idIn } from './oracle';
import type { Tables } from './protocol';
import type { Scenario } from './scenario';
import { streamPartOf } from './stream-part';
import { demand } from './verdict';

/**
 * At least once, in order: no event is begun before all those before it in its lane were handled, whoever runs beside
 * whom; each comes as it is in the lane, with the number and position that it has there.
 */
export class ConsumerChecker {
  readonly #tables: Tables;
  readonly #handledUpTo = new Map<string, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  begins({ orderingKey, offset, position }: Delivery, event: ReplayableEvent): void {
    const lane = `${REPLAY}#${orderingKey}`;
    const record = this.#tables.lanes.log.find((each) => each.lane === lane && each.offset >= offset);
    const n = record ? record.events.length - 1 - (record.offset - offset) : -1;
    demand(
      record?.positions[n] === position && record.events[n] === JSON.stringify(event),
      'consumer',
      () => `${event.id} comes as number ${offset} of "${orderingKey}", at ${position}`,
    );
    const next = (this.#handledUpTo.get(orderingKey) ?? -1) + 1;
    demand(
      offset <= next,
      'consumer',
      () => `${offset} of "${orderingKey}" begins before ${next} was handled`,
    );
  }

  handled({ orderingKey, offset }: Delivery): void {
    this.#handledUpTo.set(orderingKey, Math.max(this.#handledUpTo.get(orderingKey) ?? -1, offset));
  }

  /** Every lane to its end; where an event fails for ever, what is read after it waits behind it. */
  atTheEnd(ends: ReadonlyMap<string, number>, { poison, shards }: Scenario): void {
    const { log } = this.#tables.lanes;
    const stuckAt = log.findIndex(({ events }) => events.some((json) => idIn(json) === poison));
    const stuck = log[stuckAt];
    for (const [key, end] of ends) {
      const lane = `${REPLAY}#${key}`;
      let owed = end;
      if (stuck && lane === stuck.lane) {
        owed = stuck.offset - stuck.events.length + stuck.events.findIndex((json) => idIn(json) === poison);
      } else if (stuck && streamPartOf(lane, shards) === streamPartOf(stuck.lane, shards)) {
        owed = log.slice(0, stuckAt).findLast((record) => record.lane === lane)?.offset ?? -1;
      }
      const handled = this.#handledUpTo.get(key) ?? -1;
      demand(handled === owed, 'consumer', () => `"${key}" was handled up to ${handled} of ${owed}`);
    }
  }
}
