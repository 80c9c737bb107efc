import '../src/local/promise-with-resolvers';
import { StateMachine } from 'aws-local-stepfunctions';
import type { MachineOptions } from '../src/local/state-machine';

type Json = Parameters<StateMachine['run']>[0];
export type Task = (input: never) => Promise<unknown>;

/** What an execution entered: the state transitions that Step Functions bills, but for its start, which may be one more. */
export interface Transitions {
  entered: number;
  states: Record<string, number>;
}

/**
 * Makes the function that runs a state machine's definition to its end without waiting.
 *
 * @param tasks What each resource does; the others are not to be reached.
 */
export function executionOf(
  definition: MachineOptions['definition'],
  tasks: Record<string, Task>,
): (input: unknown) => Promise<Transitions> {
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const states = Object.entries(definition.States);
  const handlers = states.flatMap(([name, state]) => {
    if (state.Type !== 'Task') return [];
    const unexpected = () => Promise.reject(new Error(`${name} was not to be reached`));
    return [[name, tasks[state.Resource] ?? unexpected]];
  });
  const waits = states.filter(([, { Type }]) => Type === 'Wait').map(([name]) => [name, 0]);
  const overrides = {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    waitTimeOverrides: Object.fromEntries(waits),
  };
  return async (input) => {
    const { result, eventLogs } = machine.run(input as Json, { overrides });
    const entered: Record<string, number> = {};
    for await (const log of eventLogs) {
      if (log.type === 'StateEntered') entered[log.state.name] = (entered[log.state.name] ?? 0) + 1;
    }
    await result;
    return { entered: Object.values(entered).reduce((sum, count) => sum + count, 0), states: entered };
  };
}
