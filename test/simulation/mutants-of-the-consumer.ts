import { edit, type Mutant } from './mutant';

const REPORTS_NO_FAILURE = edit(
  'src/consumer/deliver.ts',
  'return { batchItemFailures: [{ itemIdentifier: record.sequenceNumber }] };',
  'return { batchItemFailures: [] };',
);

/** Consuming. */
export const CONSUMER_MUTANTS: Mutant[] = [
  {
    name: 'the consumer goes on after a failure',
    breaks: 'consumer',
    caughtBy: 14,
    edits: [
      edit('src/consumer/deliver.ts', 'console.error(failureLine(record, index, thrown));', 'continue;'),
    ],
  },
  {
    name: 'the consumer reports no failure',
    breaks: 'consumer',
    caughtBy: 18,
    edits: [REPORTS_NO_FAILURE],
  },
  {
    name: 'the consumer drops all but the first events of a lane, in a replay that is cancelled',
    breaks: 'consumer',
    shows: 'was handled up to',
    where: (_scenario, { phase }) => phase === 'CANCELLED',
    caughtBy: 153,
    edits: [
      edit(
        'src/consumer/deliver.ts',
        'for (const record of records) {',
        'for (const record of records.filter(({ offset }) => offset < 4)) {',
      ),
    ],
  },
  {
    name: 'the consumer reports no failure, beside an event that fails for ever',
    breaks: 'consumer',
    shows: 'was handled up to',
    where: ({ poison }) => poison !== undefined,
    caughtBy: 97,
    edits: [REPORTS_NO_FAILURE],
  },
];
