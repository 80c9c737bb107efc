import type { JsonObject } from '../src/core/event';
import { withBundled } from './bundled';
import { batchHandlers, streamBatch } from './consumer-batches';
import { makeEvents } from './events';
import { figure, type Section } from './section';

const TITLES = {
  orderedReplay: 'orderedReplay',
  parallel: 'Powertools BatchProcessor, parallel (its default)',
  sequential: 'Powertools BatchProcessor, sequential',
} as const;
type Name = keyof typeof TITLES;
const NAMES = Object.keys(TITLES) as Name[];

export interface ConsumerScale {
  records: number;
  /** Batches a round. */
  batches: number;
  rounds: number;
}

export const CONSUMER_SCALE: ConsumerScale = { records: 100, batches: 300, rounds: 9 };

const PER_RECORD = [1, 25];
/** What each event costs on its way through a batch, and who keeps order when one fails. */
export async function measureConsumer(scale: ConsumerScale = CONSUMER_SCALE): Promise<Section> {
  const overheads = await withBundled('consumer-child.ts', async (run) => {
    const measured: { perRecord: number; micros: Record<Name, number> }[] = [];
    for (const perRecord of PER_RECORD) {
      const micros = (await run([], JSON.stringify({ ...scale, perRecord }))) as Record<Name, number>;
      measured.push({ perRecord, micros });
    }
    return measured;
  });
  const failures = Object.fromEntries(
    await Promise.all(NAMES.map(async (name) => [name, await failAt(name)] as const)),
  ) as Record<Name, FailureRun>;
  const lower = overheads.every(
    ({ micros }) => micros.orderedReplay < Math.min(micros.parallel, micros.sequential),
  );
  const onlyOne = NAMES.every((name) => failures[name].inOrder === (name === 'orderedReplay'));
  return {
    title: 'Consumer',
    tables: [
      {
        caption: 'Microseconds of processor time an event, beyond parsing it',
        head: ['', ...PER_RECORD.map((perRecord) => `${perRecord} in a record`)],
        rows: NAMES.map((name) => [TITLES[name], ...overheads.map(({ micros }) => figure(micros[name]))]),
      },
      {
        caption: `Event ${FAILS_AT} of ${FAILING_EVENTS} fails once, one event in a record; Lambda goes on from the first record that is reported`,
        head: [
          '',
          'handled after the failure, in the same call',
          'order in which the handler saw the events',
          'keeps order',
        ],
        rows: NAMES.map((name) => {
          const { handledAfter, seen, inOrder } = failures[name];
          return [TITLES[name], String(handledAfter), seen.join(' '), inOrder ? 'yes' : 'no'];
        }),
      },
    ],
    notes: [
      `Batches of ${scale.records} records of events of 1 KB and a handler that does nothing; medians of ${scale.rounds} rounds of ${scale.batches} batches, in turns, in an order that changes, on the same batch, less the time of a bare loop that parses each event. Powertools gets a record handler that does the same. The records are not deflated: that would cost all three the same.`,
      'orderedReplay also makes each event’s position and offset, checks that it is an event, and looks at the time left before each; the others do not.',
      'Not measured: handlers that wait. Powertools’ parallel mode overlaps them, which is what it is for, and what loses the order.',
    ],
    targets: [
      {
        what: 'consumer overhead',
        target: "lower than Powertools' batch processor",
        measured: overheads
          .map(
            ({ perRecord, micros }) =>
              `${perRecord} in a record: ${NAMES.map((name) => figure(micros[name])).join(' / ')} µs`,
          )
          .join('; '),
        met: lower,
      },
      {
        what: 'order after a failure',
        target: 'the only one that stops',
        measured: NAMES.map((name) => `${name}: ${failures[name].handledAfter} handled after it`).join('; '),
        met: onlyOne,
      },
    ],
    data: { overheads, failures },
  };
}

const FAILING_EVENTS = 8;
const FAILS_AT = 3;

export interface FailureRun {
  /** Events that were handled after the one that failed, in the same call. */
  handledAfter: number;
  /** Every event the handler was given, over all calls. */
  seen: number[];
  inOrder: boolean;
}

/** Lambda: after a failure, everything again from the lowest sequence number that was reported. */
async function failAt(name: Name): Promise<FailureRun> {
  const seen: number[] = [];
  let failed = false;
  const handler = batchHandlers(async (event: JsonObject) => {
    const sequence = Number((event.detail as JsonObject).sequence);
    seen.push(sequence);
    // Whatever a handler awaits: the parallel mode goes on with the others meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    if (sequence === FAILS_AT && !failed) {
      failed = true;
      throw new Error('The handler fails once');
    }
  })[name];
  const { error, warn } = console;
  console.error = console.warn = () => undefined;
  let records = streamBatch(makeEvents({ count: FAILING_EVENTS, bytes: 600, perSecond: 5 }), 1).Records;
  let handledAfter: number | undefined;
  try {
    while (records.length > 0) {
      const { batchItemFailures } = await handler({ Records: records });
      handledAfter ??= seen.filter((sequence) => sequence > FAILS_AT).length;
      const failures = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
      if (failures.length === 0) break;
      records = records.filter(({ dynamodb }) => (dynamodb?.SequenceNumber ?? '') >= (failures[0] as string));
    }
  } finally {
    Object.assign(console, { error, warn });
  }
  // The event that failed may come twice; none may come after a later one.
  const inOrder = seen.every((sequence, index) => index === 0 || sequence >= (seen[index - 1] as number));
  return { handledAfter: handledAfter ?? 0, seen, inOrder };
}
