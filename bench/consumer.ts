import type { JsonObject } from '../src/core/json';
import { batchHandlers, streamBatch, WAY_KEYS, WAYS, type Way } from './consumer-ways';
import { makeEvents } from './events';
import { withProgram } from './programs';
import { figure, type Section, table } from './section';

/** Powertools with a record handler that passes on the events and no more. */
const PLAIN = ['parallel', 'sequential'] as const;
/** In a line of the targets. */
const SHORT: Record<Way, string> = {
  orderedReplay: 'orderedReplay',
  parallel: 'Powertools parallel',
  sequential: 'sequential',
  likeForLike: 'sequential with a handler that does as much',
};
const PER_RECORD = [1, 25];
const FAILING_EVENTS = 8;
const FAILS_AT = 3;

export const CONSUMER_SCALE = {
  records: 100,
  /** Batches a round. */
  batches: 60,
  rounds: 41,
};

interface Overhead {
  perRecord: number;
  /** `awaiting`: a promise of a handler that does nothing; in all the others it is not counted. */
  micros: Record<Way | 'awaiting', number>;
}

/** What each event costs on its way through a batch, and who keeps order when one fails. */
export async function measureConsumer(scale = CONSUMER_SCALE): Promise<Section> {
  const { records, batches, rounds } = scale;
  const overheads: Overhead[] = [];
  await withProgram('consumer-child.ts', async (run) => {
    for (const perRecord of PER_RECORD) {
      const micros = (await run([], records, batches, rounds, perRecord)) as Overhead['micros'];
      overheads.push({ perRecord, micros });
    }
  });
  const failures = {} as Record<Way, Awaited<ReturnType<typeof failAt>>>;
  for (const way of WAY_KEYS) failures[way] = await failAt(way);
  const lower = overheads.every(({ micros }) => PLAIN.every((way) => micros.orderedReplay < micros[way]));
  const onlyOne = failures.orderedReplay.inOrder && PLAIN.every((way) => !failures[way].inOrder);
  return {
    title: 'Consumer',
    tables: [
      table('Microseconds of processor time an event, beyond parsing it', WAY_KEYS, {
        '': (way) => WAYS[way],
        ...Object.fromEntries(
          overheads.map(({ perRecord, micros }) => [
            `${perRecord} in a record`,
            (way: Way) => figure(micros[way]),
          ]),
        ),
      }),
      table(
        `Event ${FAILS_AT} of ${FAILING_EVENTS} fails once, one event in a record; Lambda goes on from the first record that is reported`,
        WAY_KEYS,
        {
          '': (way) => WAYS[way],
          'handled after the failure, in the same call': (way) => failures[way].handledAfter,
          'order in which the handler saw the events': (way) => failures[way].seen.join(' '),
          'keeps order': (way) => (failures[way].inOrder ? 'yes' : 'no'),
        },
      ),
    ],
    notes: [
      `Batches of ${records} records of events of 1 KB and a handler that does nothing; medians over ${rounds} rounds of the difference to a bare loop that parses each event and awaits its handler, in turns, in an order that changes, on the same batch. The records are not deflated: that would cost all the same.`,
      'The first two rows of Powertools parse each event of a record and await its handler, one after the other, and no more. orderedReplay also makes each event’s offset and position, checks that it is an event, looks at the time left before each, and begins none after a failure. The last row does that too, by hand (bench/consumer-ways.ts), but takes for granted that each text is an event, that its time has whole seconds and that its id needs no escape.',
      floorNote(overheads),
      'Not measured: handlers that wait. Powertools’ parallel mode overlaps them, which is what it is for, and what loses the order.',
    ],
    targets: [
      {
        what: 'consumer overhead',
        target: "lower than Powertools' batch processor",
        measured: overheads.map(overheadLine).join('; '),
        met: lower,
      },
      {
        what: 'order after a failure',
        target: 'the only one that stops',
        measured: (['orderedReplay', ...PLAIN] as const)
          .map((way) => `${way}: ${failures[way].handledAfter} handled after it`)
          .join('; '),
        met: onlyOne,
      },
    ],
    data: { overheads, failures },
  };
}

function overheadLine({ perRecord, micros }: Overhead): string {
  const each = WAY_KEYS.map((way) => `${SHORT[way]} ${figure(micros[way])}`);
  return `${perRecord} in a record: ${each.join(', ')} µs`;
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

/** Lambda: after a failure, everything again from the lowest sequence number that was reported. */
async function failAt(way: Way) {
  /** Every event the handler was given, over all calls. */
  const seen: number[] = [];
  let failed = false;
  const handler = batchHandlers(async ({ detail }) => {
    const sequence = Number((detail as JsonObject).sequence);
    seen.push(sequence);
    // Whatever a handler awaits: the parallel mode goes on with the others meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    if (sequence === FAILS_AT && !failed) {
      failed = true;
      throw new Error('The handler fails once');
    }
  })[way];
  const { error, warn } = console;
  console.error = console.warn = () => undefined;
  let { Records } = streamBatch(makeEvents({ count: FAILING_EVENTS, bytes: 600, perSecond: 5 }), 1);
  /** Events that were handled after the one that failed, in the same call. */
  let handledAfter: number | undefined;
  try {
    while (Records.length > 0) {
      const { batchItemFailures } = await handler({ Records });
      handledAfter ??= seen.filter((sequence) => sequence > FAILS_AT).length;
      const [lowest] = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
      Records = Records.filter(({ dynamodb }) => lowest && (dynamodb?.SequenceNumber ?? '') >= lowest);
    }
  } finally {
    Object.assign(console, { error, warn });
  }
  // The event that failed may come twice; none may come after a later one.
  const inOrder = seen.every((sequence, index) => index === 0 || sequence >= (seen[index - 1] as number));
  return { handledAfter: handledAfter ?? 0, seen, inOrder };
}
