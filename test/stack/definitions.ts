import collect from '../../statemachines/collect.asl.json';
import sequence from '../../statemachines/sequence.asl.json';
import type { Retrier } from '../simulation/asl';

export interface State {
  Type: string;
  Next?: string;
  TimeoutSeconds?: number;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Choices?: { StringEquals?: string; Next: string }[];
  Default?: string;
  Parameters?: Record<string, unknown>;
  Error?: string;
}

export interface Definition {
  StartAt: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

export const DEFINITIONS: Record<'collect' | 'sequence', Definition> = { collect, sequence };

export function stateOf(definition: Definition, name: string): State {
  const state = definition.States[name];
  if (!state) throw new Error(`There is no state ${name}.`);
  return state;
}

/** A state's error handlers count on their own: in the worst case each of them is used up. */
export function retriesOf({ Retry = [] }: State): number {
  // 3 is what Step Functions assumes: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
  return Retry.reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 0);
}

/** The longest that a task can take with all its retries, in seconds; jitter only makes a delay shorter. */
export function worstSecondsOf(state: State): number {
  if (state.Type !== 'Task') return 0;
  const { Retry = [], TimeoutSeconds = Number.POSITIVE_INFINITY } = state;
  const delays = Retry.flatMap(
    ({ IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY }) =>
      Array.from({ length: MaxAttempts }, (_, retry) =>
        Math.min(IntervalSeconds * BackoffRate ** retry, MaxDelaySeconds),
      ),
  );
  return (1 + retriesOf(state)) * TimeoutSeconds + delays.reduce((sum, delay) => sum + delay, 0);
}

/** Where a state can go, its catchers included. */
export function successorsOf({ Next, Default, Catch = [], Choices = [] }: State): string[] {
  return [
    ...(Next ? [Next] : []),
    ...(Default ? [Default] : []),
    ...Choices.map((choice) => choice.Next),
    ...Catch.map((catcher) => catcher.Next),
  ];
}

/** Execution history events of one passage, where everything goes wrong that can go wrong. */
export function worstEventsOf(state: State): number {
  // Entered and exited, and for a task scheduled, started and ended, once more for each retry:
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
  return state.Type === 'Task' ? 2 + 3 * (1 + retriesOf(state)) : 2;
}
