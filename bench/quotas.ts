/**
 * Quotas, and the rate that each allows. The figures of us-east-1, us-west-2 and eu-west-1, and of the smallest
 * Regions, read in November 2026.
 */
export interface Quota {
  part: string;
  quota: string;
  /** Events a second: [large Regions, small Regions]. */
  rate: (event: EventUnits) => [number, number];
  formula: string;
  source: string;
}

/** Write units that one event takes, as measured. */
export interface EventUnits {
  buffer: number;
  lane: number;
  buckets: number;
}

const PARTITION_WRITES = 1_000;
const TABLE_WRITES = 40_000;
const STEP_FUNCTIONS = 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html';
const EVENTBRIDGE = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html';
const PARTITIONS =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html';
const TABLES = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html';

export const OURS: Quota[] = [
  {
    part: 'rule → collect',
    quota: 'invocations 18,750 / 750 a second; more is delayed, not lost',
    rate: () => [18_750, 750],
    formula: 'invocations',
    source: EVENTBRIDGE,
  },
  {
    part: 'collect, Express executions',
    quota: '6,000 starts a second in every Region',
    rate: () => [6_000, 6_000],
    formula: 'starts',
    source: STEP_FUNCTIONS,
  },
  {
    part: 'buffer',
    quota: '1,000 write units a second for each of 8 buckets',
    rate: ({ buffer, buckets }) => [
      (PARTITION_WRITES * buckets) / buffer,
      (PARTITION_WRITES * buckets) / buffer,
    ],
    formula: '1,000 × buckets / write units an event',
    source: PARTITIONS,
  },
  {
    part: 'release, one lane',
    quota: '1,000 write units a second for an item',
    rate: ({ lane }) => [PARTITION_WRITES / lane, PARTITION_WRITES / lane],
    formula: '1,000 / write units an event',
    source: PARTITIONS,
  },
  {
    part: 'release, many lanes',
    quota: '40,000 write units a second for a table',
    rate: ({ lane }) => [TABLE_WRITES / lane, TABLE_WRITES / lane],
    formula: '40,000 / write units an event',
    source: TABLES,
  },
];

/** The baselines' narrowest place. */
export const BASELINE: Quota[] = [
  {
    part: 'execution per event, Standard starts',
    quota: '300 / 150 a second, after a burst of 1,300 / 800',
    rate: () => [300, 150],
    formula: 'starts',
    source: STEP_FUNCTIONS,
  },
  {
    part: 'execution per event, transitions',
    quota: '5,000 / 800 a second, 3 an event',
    rate: () => [5_000 / 3, 800 / 3],
    formula: 'transitions / 3',
    source: STEP_FUNCTIONS,
  },
];

/** Collecting stops at its narrowest place. */
export function collectRate(units: EventUnits, regions: 'large' | 'small' = 'large'): number {
  return Math.min(...OURS.slice(0, 3).map(({ rate }) => rate(units)[regions === 'large' ? 0 : 1]));
}
