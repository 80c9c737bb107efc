/**
 * List prices of us-east-1, USD, without free tiers; read in November 2026. The one place where a price stands.
 */
export interface Price {
  usd: number;
  per: number;
  unit: string;
  source: string;
}

const STEP_FUNCTIONS = 'https://aws.amazon.com/step-functions/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';

export const PRICES_READ = '2026-11';

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
  sqsRequests: { usd: 0.4, per: 1e6, unit: 'SQS request', source: 'https://aws.amazon.com/sqs/pricing/' },
  customEvents: {
    usd: 1,
    per: 1e6,
    unit: 'custom event, 64 KB begun',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
} as const satisfies Record<string, Price>;

export type Item = keyof typeof PRICES;

/** An Express execution is billed by the 100 ms and by 64 MB, both begun. Same page. */
export const EXPRESS_BILLED_MS = 100;
export const EXPRESS_BILLED_MB = 64;
/** Same page, example 4: 50 MB, plus the definition, plus the data of parallel steps. */
export const EXPRESS_BASE_MB = 50;

export const DAYS_PER_MONTH = 30;
