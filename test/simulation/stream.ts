import { deflateSync } from 'node:zlib';
import type { DynamoDBRecord } from '../../src/consumer';
import type { LaneRecord } from '../fakes/lanes';
import type { LambdaFunction } from './lambda';
import { idIn } from './oracle';
import { streamPartOf } from './stream-part';
import { strikes, type World } from './world';

const MOST_RECORDS = 10;
/** So often a poison event fails; for ever would take longer than a run may. */
const POISON_ATTEMPTS = 12;

interface Part {
  name: string;
  records: DynamoDBRecord[];
  checkpoint: number;
  poisoned: boolean;
  busy: boolean;
}

/**
 * The stream of `OrderedEvents` and the consumer's event source mapping.
 *
 * - An item's records come in the order of its changes, each in one shard; nothing is said across items:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 * - With `ParallelizationFactor` 10 a shard is read in up to ten parts at once, an item always in the same one:
 *   https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 * - A failed batch comes again, from the lowest sequence number that was reported, for as long as it takes:
 *   https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * - At least once: a mapping may go back to an earlier checkpoint,
 *   https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
 * - TTL deletions are records too:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export function laneStream(world: World, parts: { consume: LambdaFunction }) {
  const { scheduler, scenario, trace, tables } = world;
  const random = world.random('stream');
  const byName = new Map<string, Part>();
  const byLane = new Map<string, Part>();
  let published = 0;

  /** Takes what has been appended since; called after each append. */
  function publish(): void {
    const { log } = tables.lanes;
    while (published < log.length) {
      const record = log[published] as LaneRecord;
      const part = partOf(record.lane);
      part.records.push(streamRecordOf(record, ++published));
      if (record.events.some((json) => idIn(json) === scenario.poison)) part.poisoned = true;
      if (random.integer(0, 19) === 0) part.records.push(removalOf(published));
      look(part, random.integer(10, 300));
    }
  }

  function partOf(lane: string): Part {
    let part = byLane.get(lane);
    if (part) return part;
    const name = streamPartOf(lane, scenario.shards);
    part = byName.get(name) ?? { name, records: [], checkpoint: 0, poisoned: false, busy: false };
    byName.set(name, part);
    byLane.set(lane, part);
    return part;
  }

  function look(part: Part, delayMs: number): void {
    scheduler.at(delayMs, () => {
      if (part.busy || part.checkpoint >= part.records.length) return;
      if (part.poisoned && world.poisonings > POISON_ATTEMPTS) return;
      part.busy = true;
      handle(part).catch((error) => scheduler.fail(error));
    });
  }

  async function handle(part: Part): Promise<void> {
    const batch = part.records.slice(part.checkpoint, part.checkpoint + random.integer(1, MOST_RECORDS));
    const numbers = batch.map(({ dynamodb }) => dynamodb?.SequenceNumber as string);
    trace.note(part.name, () => `hands ${numbers.length} record(s) from ${numbers[0]} to the consumer`);
    const answer = await parts.consume({ Records: batch });
    const handled = answer.ok ? handledOf(answer.value, numbers) : 0;
    part.checkpoint += handled;
    if (strikes(world, 'iteratorRestart')) {
      part.checkpoint = Math.max(0, part.checkpoint - random.integer(1, MOST_RECORDS));
      trace.note(part.name, () => `goes back to record ${part.checkpoint}`);
    }
    part.busy = false;
    look(part, handled === batch.length ? random.integer(5, 250) : random.integer(100, 1_000));
  }

  return { publish };
}

/** How many records from the start of a batch are done: up to the lowest that is reported. */
function handledOf(value: unknown, numbers: string[]): number {
  const { batchItemFailures = [] } = (value ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] };
  if (batchItemFailures.length === 0) return numbers.length;
  return Math.max(
    0,
    Math.min(...batchItemFailures.map(({ itemIdentifier }) => numbers.indexOf(itemIdentifier))),
  );
}

function streamRecordOf(record: LaneRecord, number: number): DynamoDBRecord {
  const { lane, events, offset, position, tiebreakers, consumers } = record;
  const image = {
    lane: { S: lane },
    events:
      number % 4 > 0
        ? { L: events.map((S) => ({ S })) }
        : { B: deflateSync(JSON.stringify(events), { level: 1 }).toString('base64') },
    offset: { N: String(offset) },
    position: { S: position },
    ...(tiebreakers && { tiebreakers: { L: tiebreakers.map((S) => ({ S })) } }),
    ...(consumers && { consumers: { L: consumers.map((S) => ({ S })) } }),
  };
  return {
    eventName: offset < events.length ? 'INSERT' : 'MODIFY',
    eventSource: 'aws:dynamodb',
    dynamodb: { NewImage: image, SequenceNumber: sequenceNumber(number), StreamViewType: 'NEW_IMAGE' },
  };
}

function removalOf(number: number): DynamoDBRecord {
  return {
    eventName: 'REMOVE',
    eventSource: 'aws:dynamodb',
    dynamodb: { SequenceNumber: `${sequenceNumber(number)}5`, StreamViewType: 'NEW_IMAGE' },
  };
}

function sequenceNumber(number: number): string {
  return String(number).padStart(21, '0');
}
