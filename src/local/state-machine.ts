import './promise-with-resolvers';
import { StateMachine } from 'aws-local-stepfunctions';
import { AwsError } from './aws-error';
import { readExactJson, writeExactJson } from './exact-json';
import { type Definition, type InvokeResource, MAX_PAYLOAD_BYTES, withJsonToString } from './json-to-string';
import { epochSeconds } from './operations';

type Json = Parameters<StateMachine['run']>[0];

export interface MachineOptions {
  arn: string;
  type: 'STANDARD' | 'EXPRESS';
  definition: Definition;
  /** Milliseconds that each state's retriers wait, instead of what the definition says. */
  retryIntervalsMs?: Record<string, number>;
  /** Milliseconds that each `Wait` state takes, instead of what the definition says. */
  waitsMs?: Record<string, number>;
  /** Overrides the definition's `TimeoutSeconds`. */
  timeoutMs?: number;
  /** Told of each execution that did not succeed, as by Step Functions' events; must not throw. */
  failed?: (execution: Execution) => void;
  /** Executions at once; one more is refused, as by Step Functions' quotas. */
  maxConcurrency?: number;
}

export interface Execution {
  arn: string;
  name: string;
  input: string;
  startedAtMs: number;
  stoppedAtMs?: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  output?: string;
  error?: string;
  cause?: string;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME = /^[^\s?*<>{}[\]"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** One deployed state machine, executed by aws-local-stepfunctions. */
export class LocalStateMachine {
  readonly options: MachineOptions;
  /** Executions that did not succeed, for operators: an Express one leaves no other trace. */
  failures = 0;
  /** Standard executions by ARN. Express ones are not kept, as on AWS. */
  readonly executions = new Map<string, Execution>();
  readonly #machine: StateMachine;
  readonly #overrides: NonNullable<NonNullable<Parameters<StateMachine['run']>[1]>['overrides']>;
  /** What ends each running execution at once. */
  readonly #aborts = new Set<() => void>();
  readonly #tasks = new Set<Promise<unknown>>();
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(options: MachineOptions, invoke: InvokeResource) {
    this.options = options;
    const { definition, timeoutMs, retryIntervalsMs, waitsMs } = options;
    const { definition: plain, tasks } = withJsonToString(definition, invoke);
    const timed = timeoutMs === undefined ? plain : { ...plain, TimeoutSeconds: timeoutMs / 1_000 };
    // Compiling the schemas that it would be checked by takes a second; and a timeout of whole seconds is too long here.
    this.#machine = new StateMachine(timed, { validationOptions: { noValidate: true } });
    const handlers = Object.entries(tasks).map(([name, task]) => [
      name,
      (input: Json) => this.#track(task(input)) as Promise<Json>,
    ]);
    this.#overrides = {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      ...(retryIntervalsMs && { retryIntervalOverrides: retryIntervalsMs }),
      ...(waitsMs && { waitTimeOverrides: waitsMs }),
    };
  }

  /** True where one more execution would be refused. */
  get isFull(): boolean {
    return this.#aborts.size >= (this.options.maxConcurrency ?? Number.POSITIVE_INFINITY);
  }

  /** @throws AwsError as StartExecution does: throttled, a name that is taken, input that is not JSON or too large. */
  start(name: string, input: string): { executionArn: string; startDate: number } {
    const { arn, type } = this.options;
    if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const executionArn = `${arn.replace(':stateMachine:', type === 'EXPRESS' ? ':express:' : ':execution:')}:${name}`;
    const existing = this.executions.get(executionArn);
    if (existing && (existing.status !== 'RUNNING' || existing.input !== input)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    if (existing) return { executionArn, startDate: epochSeconds(existing.startedAtMs) };
    if (this.#stopped || this.isFull) throw new AwsError('ThrottlingException', 'Rate exceeded');
    const parsed = parseInput(input);
    const startedAtMs = Date.now();
    const execution: Execution = { arn: executionArn, name, input, startedAtMs, status: 'RUNNING' };
    if (type === 'STANDARD') this.executions.set(executionArn, execution);
    void this.#run(execution, parsed);
    return { executionArn, startDate: epochSeconds(startedAtMs) };
  }

  /** Resolves when no execution is running. */
  async idle(): Promise<void> {
    if (this.#aborts.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Ends all executions where they are and waits for the tasks in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const abort of this.#aborts) abort();
    await this.idle();
    await Promise.allSettled(this.#tasks);
  }

  async #run(execution: Execution, input: Json): Promise<void> {
    const StartTime = new Date(execution.startedAtMs).toISOString();
    const context = { Execution: { Id: execution.arn, Name: execution.name, Input: input, StartTime } };
    const { result, abort } = this.#machine.run(input, { context, overrides: this.#overrides });
    this.#aborts.add(abort);
    try {
      execution.output = writeExactJson(await result);
      execution.status = 'SUCCEEDED';
    } catch (error) {
      this.failures++;
      Object.assign(execution, failureOf(error));
    } finally {
      execution.stoppedAtMs = Date.now();
      if (execution.status !== 'SUCCEEDED' && !this.#stopped) this.options.failed?.(execution);
      this.#aborts.delete(abort);
      if (this.#aborts.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #track<T>(task: Promise<T>): Promise<T> {
    this.#tasks.add(task);
    try {
      return await task;
    } finally {
      this.#tasks.delete(task);
    }
  }
}

function parseInput(input: string): Json {
  const bytes = Buffer.byteLength(input);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: it has ${bytes} bytes; allowed are ${MAX_PAYLOAD_BYTES}.`,
    );
  }
  try {
    return readExactJson(input) as Json;
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: it is not JSON.');
  }
}

/** The library wraps what ended an execution: the Fail state's or the task's error is its cause. */
function failureOf(error: unknown): Pick<Execution, 'status' | 'error' | 'cause'> {
  const { name, message, cause } = error as Error;
  if (name === 'ExecutionTimeoutError')
    return { status: 'TIMED_OUT', error: 'States.Timeout', cause: message };
  if (name === 'ExecutionAbortedError') return { status: 'ABORTED' };
  const inner = cause instanceof Error ? cause : undefined;
  return { status: 'FAILED', error: inner?.name ?? name, cause: inner?.message ?? message };
}
