import type { StateMachine } from 'aws-local-stepfunctions';
import { AwsError } from './aws-error';
import { writeExactJson } from './exact-json';

/**
 * What a task is given in aws-local-stepfunctions as Step Functions gives it: no more than 256 KiB, and with the texts that
 * `States.JsonToString` makes. The library removes every backslash from what an intrinsic function answers: a text with
 * quotes or line ends is no JSON then. Step Functions escapes them:
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 *
 * A state that uses it is given the value instead, and a task of ours makes the text. A `Pass` becomes a `Task` for
 * that; nobody outside sees the difference.
 */

/** Of an execution's input, a state's, a task's. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** A deployed definition, with its substitutions made. */
export type Definition = ConstructorParameters<typeof StateMachine>[0];

/** Runs what a `Task` state names as its resource. */
export type InvokeResource = (resource: string, input: unknown) => Promise<unknown>;

type State = Definition['States'][string];
type Task = (input: unknown) => Promise<unknown>;

/** The resource of what was a `Pass`: its task makes the texts and answers its input. */
const PASS = 'arn:local:pass';
const CALL = /^States\.JsonToString\((\$[^()]*)\)$/;

/** @returns the definition without the function, and the task of each `Task` state. */
export function withJsonToString(
  definition: Definition,
  invoke: InvokeResource,
): { definition: Definition; tasks: Record<string, Task> } {
  const tasks: Record<string, Task> = {};
  const states = Object.entries(definition.States).map(([name, state]) => {
    const { changed, textNames } = withValues(state);
    if (changed.Type === 'Task') {
      const { Resource } = changed;
      const work: Task = Resource === PASS ? async (input) => input : (input) => invoke(Resource, input);
      tasks[name] = async (input) => work(withinLimit(name, withTexts(input, textNames)));
    }
    return [name, withoutLimitInAll(changed)];
  });
  const States = { ...Object.fromEntries(states), [UNCAUGHT]: { Type: 'Fail', Error: LIMIT } };
  return { definition: { ...definition, States }, tasks };
}

/** The state with the value wherever its parameters ask for the text. */
function withValues(state: State): { changed: State; textNames: string[] } {
  const { Parameters } = state as { Parameters?: unknown };
  if (typeof Parameters !== 'object' || Parameters === null) return { changed: state, textNames: [] };
  const textNames: string[] = [];
  const values = Object.entries(Parameters).map(([name, value]) => {
    const path = typeof value === 'string' ? CALL.exec(value)?.[1] : undefined;
    if (path !== undefined) textNames.push(name.replace(/\.\$$/, ''));
    return [name, path ?? value];
  });
  if (JSON.stringify(values).includes('States.JsonToString')) {
    throw new Error(
      'Here States.JsonToString must stand alone, with one path, at the top of the parameters.',
    );
  }
  if (textNames.length === 0) return { changed: state, textNames };
  const task = state.Type === 'Pass' && { Type: 'Task', Resource: PASS };
  return { changed: { ...state, ...task, Parameters: Object.fromEntries(values) } as State, textNames };
}

function withTexts(input: unknown, names: string[]): unknown {
  if (names.length === 0) return input;
  const texts = names.map((name) => [name, writeExactJson((input as Record<string, unknown>)[name])]);
  return { ...(input as object), ...Object.fromEntries(texts) };
}

const LIMIT = 'States.DataLimitExceeded';
const UNCAUGHT = 'Nobody catches that it is too large';

/** `States.ALL` does not catch it: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function withoutLimitInAll(state: State): State {
  const { Catch } = state as { Catch?: { ErrorEquals: string[] }[] };
  const all = Catch?.findIndex(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')) ?? -1;
  if (!Catch || all < 0) return state;
  return {
    ...state,
    Catch: Catch.toSpliced(all, 0, { ErrorEquals: [LIMIT], Next: UNCAUGHT } as never),
  } as State;
}

function withinLimit(name: string, input: unknown): unknown {
  const bytes = Buffer.byteLength(writeExactJson(input));
  if (bytes <= MAX_PAYLOAD_BYTES) return input;
  throw new AwsError(
    LIMIT,
    `The state ${name} has ${bytes} bytes of input; allowed are ${MAX_PAYLOAD_BYTES}.`,
  );
}
