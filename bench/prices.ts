import { figure } from './section';

/** List prices of us-east-1, USD, without free tiers. The one place where a price stands. */
export const PRICES_READ = '2026-11';

const STEP_FUNCTIONS = 'https://aws.amazon.com/step-functions/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const SQS = 'https://aws.amazon.com/sqs/pricing/';
const EVENTBRIDGE = 'https://aws.amazon.com/eventbridge/pricing/';

export const PRICES = {
  expressRequests: { usd: 1, per: 1e6, unit: 'Express request', source: STEP_FUNCTIONS },
  /** The first tier of three: a replay of a million events stays in it. */
  expressGbSeconds: { usd: 0.00001667, per: 1, unit: 'Express GB-second', source: STEP_FUNCTIONS },
  standardTransitions: { usd: 25, per: 1e6, unit: 'Standard transition', source: STEP_FUNCTIONS },
  lambdaRequests: { usd: 0.2, per: 1e6, unit: 'Lambda request', source: LAMBDA },
  lambdaGbSeconds: { usd: 0.0000133334, per: 1, unit: 'Lambda GB-second, arm64', source: LAMBDA },
  writeUnits: { usd: 0.625, per: 1e6, unit: 'write request unit', source: DYNAMODB },
  readUnits: { usd: 0.125, per: 1e6, unit: 'read request unit', source: DYNAMODB },
  storageGbMonths: { usd: 0.25, per: 1, unit: 'GB-month of DynamoDB', source: DYNAMODB },
  sqsRequests: { usd: 0.4, per: 1e6, unit: 'SQS request', source: SQS },
  customEvents: { usd: 1, per: 1e6, unit: 'custom event, 64 KB begun', source: EVENTBRIDGE },
};

/** How much of each billed thing was used. */
export type Usage = Record<keyof typeof PRICES, number>;

export const ITEMS = Object.keys(PRICES) as (keyof Usage)[];
const MILLION = 1e6;

/** An Express execution is billed by the 100 ms and by 64 MB, both begun. Same page as its price. */
const EXPRESS_BILLED_MS = 100;
const EXPRESS_BILLED_MB = 64;
/** Same page, example 4: 50 MB, plus the definition, plus the data of parallel steps. */
const EXPRESS_BASE_MB = 50;
/** https://github.com/mhlabs/evb-cli#pricing, read in November 2026. */
const EVB_TRANSITIONS = 5;

const ofEach = (amount: (item: keyof Usage) => number) =>
  Object.fromEntries(ITEMS.map((item) => [item, amount(item)])) as Usage;

export const usage = (used: Partial<Usage> = {}) => ofEach((item) => used[item] ?? 0);

export const scale = (used: Usage, factor: number) => ofEach((item) => used[item] * factor);

export const add = (one: Usage, other: Usage) => ofEach((item) => one[item] + other[item]);

/** Each thing as `choose` makes it from several usages. */
export const merge = (several: Usage[], choose: (amounts: number[]) => number) =>
  ofEach((item) => choose(several.map((used) => used[item])));

/** What each thing costs, in USD. */
export const cost = (used: Usage) => ofEach((item) => (used[item] * PRICES[item].usd) / PRICES[item].per);

export const total = (used: Usage) => Object.values(cost(used)).reduce((sum, usd) => sum + usd, 0);

/** What a usage costs, as text. */
export const usd = (used: Usage) => figure(total(used));

/**
 * The same replay at two sizes tells what each event uses from what each replay uses.
 *
 * @returns the usage of a million events in one replay.
 */
export function perMillion(
  small: { events: number; used: Usage },
  large: { events: number; used: Usage },
): Usage {
  const each = scale(add(large.used, scale(small.used, -1)), 1 / (large.events - small.events));
  const once = add(small.used, scale(each, -small.events));
  return ofEach((item) => each[item] * MILLION + Math.max(0, once[item]));
}

/** GB-seconds of one Express execution, as it is billed. */
export function expressGbSeconds(durationMs: number, payloadBytes: number, definitionBytes: number): number {
  const usedMb = EXPRESS_BASE_MB + (payloadBytes + definitionBytes) / 1024 ** 2;
  const billedMb = Math.ceil(usedMb / EXPRESS_BILLED_MB) * EXPRESS_BILLED_MB;
  const billedMs = Math.ceil(durationMs / EXPRESS_BILLED_MS) * EXPRESS_BILLED_MS;
  return (billedMb / 1024) * (billedMs / 1000);
}

/** What a million events of one size use in each design. */
export interface SizeRow {
  size: string;
  ours: Usage;
  table: Usage;
  bus: Usage;
}

/** Were the start of an execution a transition too: AWS does not say. */
export const withStart = (used: Usage) => add(used, usage({ standardTransitions: MILLION }));

/** A million events through evb-cli: five transitions each, and no more counted. */
export const evbCli = () => usage({ standardTransitions: EVB_TRANSITIONS * MILLION });

/** The least that an Express execution, a call of `collect` and a write for each of a million events can cost. */
export function floorUsd(): number {
  const expressGbSecondsEach = expressGbSeconds(EXPRESS_BILLED_MS, 0, 0);
  return total(
    usage({
      expressRequests: MILLION,
      expressGbSeconds: MILLION * expressGbSecondsEach,
      lambdaRequests: MILLION,
      writeUnits: MILLION,
    }),
  );
}
