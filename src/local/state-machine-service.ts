import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../core/json';
import { AwsError } from './aws-error';
import { epochSeconds, type LocalService, requireText } from './operations';
import type { Execution, LocalStateMachine } from './state-machine';

/** Step Functions: start executions and look at them. */
export function stepFunctionsService(machines: Map<string, LocalStateMachine>): LocalService {
  const machineOf = (input: JsonObject) => {
    const arn = requireText(input, 'stateMachineArn');
    const machine = machines.get(arn);
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  };
  return {
    targetPrefix: 'AWSStepFunctions',
    operations: {
      ListStateMachines: () => ({
        stateMachines: [...machines.values()].map(({ options: { arn, type } }) => ({
          stateMachineArn: arn,
          name: arn.slice(arn.lastIndexOf(':') + 1),
          type,
          creationDate: 0,
        })),
      }),
      StartExecution: (input) =>
        machineOf(input).start(
          typeof input.name === 'string' ? input.name : randomUUID(),
          typeof input.input === 'string' ? input.input : '{}',
        ),
      DescribeExecution: (input) => {
        const arn = requireText(input, 'executionArn');
        for (const machine of machines.values()) {
          const execution = machine.executions.get(arn);
          if (execution) return { ...describe(machine, execution), ...details(execution) };
        }
        throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
      },
      ListExecutions: (input) => {
        const machine = machineOf(input);
        if (machine.options.type === 'EXPRESS') {
          throw new AwsError(
            'StateMachineTypeNotSupported',
            'This operation is not supported by this type of state machine',
          );
        }
        return {
          executions: [...machine.executions.values()].map((execution) => describe(machine, execution)),
        };
      },
    },
  };
}

function describe(machine: LocalStateMachine, { arn, name, status, startedAtMs, stoppedAtMs }: Execution) {
  return {
    executionArn: arn,
    stateMachineArn: machine.options.arn,
    name,
    status,
    startDate: epochSeconds(startedAtMs),
    ...(stoppedAtMs !== undefined && { stopDate: epochSeconds(stoppedAtMs) }),
  };
}

function details({ input, output, error, cause }: Execution) {
  return {
    input,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error, ...(cause !== undefined && { cause }) }),
  };
}
