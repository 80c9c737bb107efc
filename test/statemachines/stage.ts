import { silentTelemetry } from '../../functions/telemetry';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoReplays } from '../../src/aws/replays';
import type { SequenceAnswer } from '../../src/core/replay/call';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings';
import { AwsError } from '../../src/local/aws-error';
import { type Clients, createClients } from '../../src/local/clients';
import { readDefinition } from '../../src/local/definitions';
import { createDynamoDb } from '../../src/local/dynamodb';
import { createFunctions } from '../../src/local/functions';
import { LocalQueue } from '../../src/local/queue';
import { queueService } from '../../src/local/queue-service';
import { LOCAL } from '../../src/local/resource-names';
import { serve } from '../../src/local/server';
import { createResourceInvoker } from '../../src/local/service-integrations';
import { type Execution, LocalStateMachine, type MachineOptions } from '../../src/local/state-machine';
import { stepFunctionsService } from '../../src/local/state-machine-service';
import { TableStream } from '../../src/local/stream';
import { createTables } from '../../src/local/tables';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';
import { virtualClock } from '../fakes/clock';
import { scriptedReplayStatus } from '../fakes/replay-status';
import { recordAccess } from '../stack/access';
import { listedGrants } from '../stack/listed-grants';

/** No retry and no `Wait` takes time; the virtual clock is moved instead. */
const AT_ONCE_MS = { Collect: 0, Park: 0, ForwardDueEvents: 0, ContinueAsNew: 0, WaitForNextEvent: 0 };

export const SETTINGS: Settings = { ...DEFAULT_SETTINGS, tiebreaker: 'detail.sequence' };

/** What a task's next calls do instead of their work. */
type Fault = (input: unknown) => unknown;

/**
 * Both deployed definitions over the deployed handlers on the deployed adapters, which speak to dynalite and local
 * services in this process. The clock is virtual: before `sequence` is called again, it stands at `resumeAt`.
 *
 * A call that its role is not granted fails, and closing the stage fails too.
 */
export async function startStage(machineOptions: Partial<MachineOptions> = {}) {
  const access = recordAccess(listedGrants());
  const clock = virtualClock();
  const status = scriptedReplayStatus();
  const stream = new TableStream(LOCAL.tables.orderedEvents, LOCAL.streamArn, LOCAL.region);
  const deadLetters = new LocalQueue({ ...LOCAL.deadLetters, visibilityTimeoutMs: 0 });
  const overflow = new LocalQueue({ ...LOCAL.overflow, visibilityTimeoutMs: 0 });
  const machines = new Map<string, LocalStateMachine>();
  const describeReplay = {
    targetPrefix: 'AWSEvents',
    operations: {
      DescribeReplay: ({ ReplayName }: { ReplayName?: unknown }) => described(String(ReplayName)),
    },
  };
  const server = await serve(
    [describeReplay, stepFunctionsService(machines), queueService([overflow, deadLetters])],
    createDynamoDb(new Map([[stream.arn, stream]]), access.authorize),
    undefined,
    access.authorize,
  );
  const opened: Clients[] = [];
  const clientsOf = (accessKeyId: string): Clients => {
    const credentials = { ...LOCAL_ACCESS.credentials, accessKeyId };
    const clients = createClients({ endpoint: server.endpoint, ...LOCAL_ACCESS, credentials });
    opened.push(clients);
    return clients;
  };
  const clients = clientsOf('operator');
  await createTables(clients.dynamodb, LOCAL.tables);

  async function described(replay: string) {
    const answer = await status.describe(replay);
    if (!answer) throw new AwsError('ResourceNotFoundException', `Replay ${replay} does not exist.`);
    const { state, description, window } = answer;
    return {
      State: state,
      Description: description,
      EventStartTime: window.fromMs / 1_000,
      EventEndTime: window.toMs / 1_000,
    };
  }

  const functions = createFunctions({ clientsOf, clock, settings: SETTINGS, telemetry: silentTelemetry });
  const workOf = (principal: string) =>
    createResourceInvoker({
      functions: Object.values(functions),
      queues: [overflow, deadLetters],
      machines,
      authorize: (action, resource) => access.authorize({ principal, action, resource }),
    });
  const calls: { resource: string; input: unknown }[] = [];
  const answers: SequenceAnswer[] = [];
  const faults = new Map<string, Fault[]>();
  const invokeAs =
    (role: string, work = workOf(role)) =>
    async (resource: string, input: unknown) => {
      calls.push({ resource, input });
      const fault = faults.get(resource)?.shift();
      if (fault) return fault(input);
      const resumeAt = (input as { resumeAt?: string } | null)?.resumeAt;
      if (resumeAt) clock.set(Math.max(clock.now(), Date.parse(resumeAt)));
      const answer = await work(resource, input);
      if (resource === LOCAL.sequence.arn) answers.push(answer as SequenceAnswer);
      return answer;
    };
  for (const [name, arn, type, role] of [
    ['collect', LOCAL.collectMachineArn, 'EXPRESS', LOCAL.roles.collectMachine],
    ['sequence', LOCAL.sequenceMachineArn, 'STANDARD', LOCAL.roles.sequenceMachine],
  ] as const) {
    const definition = await readDefinition(name);
    const atOnce = { retryIntervalsMs: AT_ONCE_MS, waitsMs: AT_ONCE_MS };
    const options = { arn, type, definition, ...atOnce, ...machineOptions };
    machines.set(arn, new LocalStateMachine(options, invokeAs(role)));
  }
  const machine = (arn: string) => machines.get(arn) as LocalStateMachine;

  return {
    clock,
    status,
    stream,
    overflow,
    clients,
    calls,
    answers,
    collect: machine(LOCAL.collectMachineArn),
    sequence: machine(LOCAL.sequenceMachineArn),
    buffer: dynamoEventBuffer({ client: clients.dynamodb, table: LOCAL.tables.eventBuffer }),
    replays: dynamoReplays({ client: clients.dynamodb, table: LOCAL.tables.replays }),
    /** The next calls of a task do this instead of their work. */
    fail(resource: string, ...next: Fault[]): void {
      faults.set(resource, [...(faults.get(resource) ?? []), ...next]);
    },
    callsOf: (resource: string) => calls.filter((call) => call.resource === resource),
    bodiesIn: (queue: LocalQueue) => queue.receive(1_000).map(({ body }) => body),
    /** One execution of `collect`, to its end. */
    async collected(event: unknown, name = `collect-${calls.length}`): Promise<void> {
      machine(LOCAL.collectMachineArn).start(name, JSON.stringify(event));
      await machine(LOCAL.collectMachineArn).idle();
    },
    /** Runs `sequence` until all its generations have ended. */
    async sequenced(name: string, input: unknown): Promise<Execution> {
      const { executionArn } = machine(LOCAL.sequenceMachineArn).start(name, JSON.stringify(input));
      await machine(LOCAL.sequenceMachineArn).idle();
      return machine(LOCAL.sequenceMachineArn).executions.get(executionArn) as Execution;
    },
    async close(): Promise<void> {
      await Promise.all([...machines.values()].map((each) => each.stop()));
      for (const each of opened) each.destroy();
      await server.close();
      expect(access.denied()).toEqual([]);
    },
  };
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

export const QUEUE = 'arn:aws:states:::sqs:sendMessage';
export const START = 'arn:aws:states:::states:startExecution';

/** An error as Lambda or an integration reports it. */
export function throwing(name: string, message = 'on purpose'): Fault {
  return () => {
    throw Object.assign(new Error(message), { name });
  };
}

let count = 0;

/** A replayed event of its own. */
export function eventOf(replay: string, changes: Record<string, unknown> = {}) {
  count++;
  return {
    version: '0',
    id: `event-${String(count).padStart(4, '0')}`,
    'detail-type': 'Order Placed',
    source: 'shop.orders',
    account: '111122223333',
    time: '2026-11-01T00:00:00Z',
    region: 'eu-central-1',
    resources: [],
    'replay-name': replay,
    detail: { sequence: count, text: 'back\\slash, "quotes", tab\t, ünïcode \u2028 😀' },
    ...changes,
  };
}
