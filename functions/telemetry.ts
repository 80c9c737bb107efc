import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { nameOf, OrderedReplayError, textOf } from '../src/core/errors';

/** Ids, counts and times: what may be logged. Never an event's content. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** What the handlers tell operators. */
export interface Telemetry {
  info(message: string, fields: LogFields): void;
  /** Logs code, remedy and ids of our errors; of foreign ones the name only, their messages may quote an event. */
  failure(message: string, error: unknown, fields: LogFields): void;
  count(metric: CountMetric, value: number): void;
  lag(milliseconds: number): void;
  /** Writes the metrics of this invocation, if there are any. */
  flush(): void;
}

export type CountMetric =
  | 'collected'
  | 'duplicates'
  | 'late'
  | 'parked'
  | 'released'
  | 'appends'
  | 'restarts'
  | 'needsPerson';

/**
 * Structured logs and embedded metrics. Service name, namespace and level come from the `POWERTOOLS_*` variables:
 * https://docs.aws.amazon.com/powertools/typescript/latest/environment-variables/
 */
export function powertoolsTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics();
  return {
    info: (message, fields) => logger.info(message, fields),
    failure: (message, error, fields) => logger.error(message, { ...fields, ...describeError(error) }),
    count: (metric, value) => metrics.addMetric(metric, MetricUnit.Count, value),
    lag: (milliseconds) => metrics.addMetric('lag', MetricUnit.Milliseconds, Math.max(0, milliseconds)),
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

function describeError(error: unknown): LogFields {
  if (error instanceof OrderedReplayError) {
    const { code, message, remedy, ids, cause } = error;
    return { code, what: message, remedy, ...ids, ...(cause !== undefined && { cause: nameOf(cause) }) };
  }
  return { code: nameOf(error) };
}

/**
 * What leaves the function: Lambda logs a thrown error with its message, and a state machine keeps it as the cause.
 * Ours say what happened and what to do; a foreign one keeps its name only, because its message may quote an event.
 */
export function forCaller(error: unknown): Error {
  const told = new Error(
    error instanceof OrderedReplayError ? textOf(error) : 'The log line before this one says when and where.',
  );
  told.name = error instanceof Error ? nameOf(error) : 'Error';
  if (error instanceof OrderedReplayError && error.stack) told.stack = error.stack;
  return told;
}

/** Tells nobody. */
export const silentTelemetry: Telemetry = {
  info: () => undefined,
  failure: () => undefined,
  count: () => undefined,
  lag: () => undefined,
  flush: () => undefined,
};
