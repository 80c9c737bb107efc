import type { JsonObject } from '../src/core/json';
import { withBundled } from './bundled';
import { batchHandlers, streamBatch, WAYS, type Way } from './consumer-batches';
import { makeEvents } from './events';
import { figure, type Section } from './section';

const NAMES = Object.keys(WAYS) as Way[];
/** Powertools with a record handler that passes on the events and no more. */
const PLAIN = ['parallel', 'sequential'] as const;

/** In a line of the targets. */
const SHORT: Record<Way, string> = {
  orderedReplay: 'orderedReplay',
  parallel: 'Powertools parallel',
  sequential: 'sequential',
  likeForLike: 'sequential with a handler that does as much',
};

export interface ConsumerScale {
  records: number;
  /** Batches a round. */
  batches: number;
  rounds: number;
}

export const CONSUMER_SCALE: ConsumerScale = { records: 100, batches: 60, rounds: 41 };

const PER_RECORD = [1, 25];

interface Overhead {
  perRecord: number;
  /** `awaiting`: a promise of a handler that does nothing; in all the others it is not counted. */
  micros: Record<Way | 'awaiting', number>;
}

/** What each event costs on its way through a batch, and who keeps order when one fails. */
export async function measureConsumer(scale: ConsumerScale = CONSUMER_SCALE): Promise<Section> {
  const overheads = await withBundled('consumer-child.ts', async (run) => {
    const measured: Overhead[] = [];
    for (const perRecord of PER_RECORD) {
      const micros = (await run([], JSON.stringify({ ...scale, perRecord }))) as Overhead['micros'];
      measured.push({ perRecord, micros });
    }
    return measured;
  });
  const failures = Object.fromEntries(
    await Promise.all(NAMES.map(async (name) => [name, await failAt(name)] as const)),
  ) as Record<Way, FailureRun>;
  const lower = overheads.every(({ micros }) => PLAIN.every((name) => micros.orderedReplay < micros[name]));
  const onlyOne = failures.orderedReplay.inOrder && PLAIN.every((name) => !failures[name].inOrder);
  return {
    title: 'Consumer',
    tables: [
      {
        caption: 'Microseconds of processor time an event, beyond parsing it',
        head: ['', ...PER_RECORD.map((perRecord) => `${perRecord} in a record`)],
        rows: NAMES.map((name) => [WAYS[name], ...overheads.map(({ micros }) => figure(micros[name]))]),
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
          return [WAYS[name], String(handledAfter), seen.join(' '), inOrder ? 'yes' : 'no'];
        }),
      },
    ],
    notes: [
      `Batches of ${scale.records} records of events of 1 KB and a handler that does nothing; medians over ${scale.rounds} rounds of the difference to a bare loop that parses each event and awaits its handler, in turns, in an order that changes, on the same batch. The records are not deflated: that would cost all the same.`,
      'The first two rows of Powertools parse each event of a record and await its handler, one after the other, and no more. orderedReplay also makes each event’s offset and position, checks that it is an event, looks at the time left before each, and begins none after a failure. The last row does that too, by hand (bench/consumer-by-hand.ts), but takes for granted that each text is an event, that its time has whole seconds and that its id needs no escape.',
      floorNote(overheads),
      'Not measured: handlers that wait. Powertools’ parallel mode overlaps them, which is what it is for, and what loses the order.',
    ],
    targets: [
      {
        what: 'consumer overhead',
        target: "lower than Powertools' batch processor",
        measured: overheads
          .map(
            ({ perRecord, micros }) =>
              `${perRecord} in a record: ${NAMES.map((name) => `${SHORT[name]} ${figure(micros[name])}`).join(', ')} µs`,
          )
          .join('; '),
        met: lower,
      },
      {
        what: 'order after a failure',
        target: 'the only one that stops',
        measured: (['orderedReplay', ...PLAIN] as const)
          .map((name) => `${name}: ${failures[name].handledAfter} handled after it`)
          .join('; '),
        met: onlyOne,
      },
    ],
    data: { overheads, failures },
  };
}

/** What an overhead per event is made of, where a record holds many. */
function floorNote(overheads: Overhead[]): string {
  const { perRecord, micros } = overheads.at(-1) as Overhead;
  const { orderedReplay, sequential, likeForLike, awaiting } = micros;
  return (
    `With ${perRecord} events in a record Powertools’ own work is shared by ${perRecord}, and what is done for each event decides: ` +
    `its place in the replay, the look at the time and the stop cost ${figure(likeForLike - sequential)} µs when written by hand, ` +
    `the checks ${figure(orderedReplay - likeForLike)} µs more. Awaiting the handler’s promise takes ${figure(awaiting)} µs by itself; it is in the bare loop, so in none of these figures.`
  );
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
async function failAt(name: Way): Promise<FailureRun> {
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
