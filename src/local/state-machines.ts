import './promise-with-resolvers';
import { randomUUID } from 'node:crypto';
import { StateMachine } from 'aws-local-stepfunctions';
import type { JsonObject } from '../core/event';
import { AwsError } from './aws-error';
import { epochSeconds, type LocalService, requireText } from './operations';

type Definition = ConstructorParameters<typeof StateMachine>[0];
type Json = Parameters<StateMachine['run']>[0];

export interface MachineOptions {
  arn: string;
  type: 'STANDARD' | 'EXPRESS';
  /** The deployed definition, with its substitutions made. */
  definition: Definition;
  /** Milliseconds that each state's retriers wait, instead of what the definition says. */
  retryIntervalsMs?: Record<string, number>;
  /** Overrides the definition's `TimeoutSeconds`. */
  timeoutMs?: number;
  /** Executions at once; one more is refused, as by Step Functions' quotas. */
  maxConcurrency?: number;
}

/** Runs what a `Task` state names as its resource. */
export type InvokeResource = (resource: string, input: unknown) => Promise<unknown>;

interface Execution {
  arn: string;
  name: string;
  input: string;
  startedAtMs: number;
  stoppedAtMs?: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  output?: string;
  error?: string;
  cause?: string;
}

/** One deployed state machine, executed by aws-local-stepfunctions. */
export class LocalStateMachine {
  readonly options: MachineOptions;
  /** Executions that failed, for operators: an Express one leaves no other trace. */
  failures = 0;
  /** Standard executions by ARN. Express ones are not kept, as on AWS. */
  readonly executions = new Map<string, Execution>();
  readonly #machine: StateMachine;
  readonly #overrides: NonNullable<Parameters<StateMachine['run']>[1]>['overrides'];
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(options: MachineOptions, invoke: InvokeResource) {
    this.options = options;
    const { definition, timeoutMs, retryIntervalsMs } = options;
    const timed = timeoutMs === undefined ? definition : { ...definition, TimeoutSeconds: timeoutMs / 1_000 };
    this.#machine = new StateMachine(timed, { validationOptions: { checkArn: false } });
    const tasks = Object.entries(definition.States).flatMap(([name, state]) =>
      state.Type === 'Task' ? [[name, async (input: Json) => (await invoke(state.Resource, input)) as Json]] : [],
    );
    this.#overrides = {
      taskResourceLocalHandlers: Object.fromEntries(tasks),
      ...(retryIntervalsMs && { retryIntervalOverrides: retryIntervalsMs }),
    };
  }

  /** @throws AwsError as StartExecution does: throttled, or a name that is taken. */
  start(name: string, input: string): { executionArn: string; startDate: number } {
    const { arn, type, maxConcurrency } = this.options;
    const executionArn = `${arn.replace(':stateMachine:', type === 'EXPRESS' ? ':express:' : ':execution:')}:${name}`;
    const existing = this.executions.get(executionArn);
    if (existing && (existing.status !== 'RUNNING' || existing.input !== input)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    if (existing) return { executionArn, startDate: epochSeconds(existing.startedAtMs) };
    if (maxConcurrency !== undefined && this.#running >= maxConcurrency) {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    }
    const startedAtMs = Date.now();
    const execution: Execution = { arn: executionArn, name, input, startedAtMs, status: 'RUNNING' };
    if (type === 'STANDARD') this.executions.set(executionArn, execution);
    void this.#run(execution);
    return { executionArn, startDate: epochSeconds(startedAtMs) };
  }

  /** Resolves when no execution is running. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(execution: Execution): Promise<void> {
    this.#running++;
    const input = JSON.parse(execution.input) as Json;
    const StartTime = new Date(execution.startedAtMs).toISOString();
    const context = { Execution: { Id: execution.arn, Name: execution.name, Input: input, StartTime } };
    try {
      const { result } = this.#machine.run(input, { context, overrides: this.#overrides ?? {} });
      execution.output = JSON.stringify(await result);
      execution.status = 'SUCCEEDED';
    } catch (error) {
      this.failures++;
      execution.status = 'FAILED';
      Object.assign(execution, failureOf(error));
    } finally {
      execution.stoppedAtMs = Date.now();
      if (--this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}

/** The library wraps what ended an execution: the Fail state's or the task's error is its cause. */
function failureOf(error: unknown): { error: string; cause: string } {
  const { name, message, cause } = error as Error;
  const inner = cause instanceof Error ? cause : undefined;
  if (name === 'ExecutionTimeoutError') return { error: 'States.Timeout', cause: message };
  return { error: inner?.name ?? name, cause: inner?.message ?? message };
}

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
          throw new AwsError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
        }
        return { executions: [...machine.executions.values()].map((execution) => describe(machine, execution)) };
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
    ...(error !== undefined && { error, cause }),
  };
}
