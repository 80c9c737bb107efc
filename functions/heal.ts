import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { clientConfig } from '../src/aws/clients';
import { dynamoReplays } from '../src/aws/replays';
import { sfnSequencerExecutions } from '../src/aws/sequencer-executions';
import { isObject } from '../src/core/json';
import { RESTARTS_BEFORE_ALARM } from '../src/core/limits';
import { type EndedExecution, type HealDeps, type Healed, heal, healAll } from '../src/core/replay/heal';
import { onLambda } from './on-lambda';
import { requireVariable } from './settings';
import { systemClock } from './system-clock';
import { forCaller, powertoolsTelemetry, type Telemetry } from './telemetry';

export type HealHandlerDeps = HealDeps & { telemetry: Telemetry };

/**
 * Puts other sequencers in the place of dead ones: of one replay when Step Functions tells that an execution of
 * `sequence` has ended, of all of them when the schedule calls. Those events are best effort, the schedule is not.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function createHealHandler(deps: HealHandlerDeps) {
  const { telemetry } = deps;

  function healed({ outcome, ...fields }: Healed): void {
    if (outcome === 'leftAlone') return;
    telemetry.info('Healed', { outcome, ...fields });
    const isRestart = 'restarts' in fields;
    if (isRestart) telemetry.count('restarts', 1);
    if (outcome === 'aborted' || (isRestart && fields.restarts >= RESTARTS_BEFORE_ALARM)) {
      telemetry.count('needsPerson', 1);
    }
  }

  return async (input: unknown): Promise<void> => {
    const errors: unknown[] = [];
    const failed = (replay: string | undefined, error: unknown) => {
      telemetry.failure('The replay was not looked after', error, { replay });
      errors.push(error);
    };
    try {
      const ended = readStatusChange(input);
      if (ended === 'ofSomethingElse') return;
      if (ended) healed(await heal(ended.replay, deps, ended));
      else await healAll(deps, { healed, failed });
    } catch (error) {
      failed(undefined, error);
    } finally {
      telemetry.flush();
    }
    // Lambda tries twice more, and an alarm watches the errors.
    if (errors.length > 0) throw forCaller(errors[0]);
  };
}

/** The execution that an event of Step Functions is about; `undefined` for anything else, such as the schedule. */
function readStatusChange(input: unknown): EndedExecution | 'ofSomethingElse' | undefined {
  if (!isObject(input) || input.source !== 'aws.states' || !isObject(input.detail)) return undefined;
  const { name, status } = input.detail;
  const [, replay, generation] = /^(.+)\.(\d+)$/.exec(String(name)) ?? [];
  // Somebody has given it another name by hand: which generation that was, the row says.
  if (replay === undefined) return 'ofSomethingElse';
  return { replay, generation: Number(generation), aborted: status === 'ABORTED' };
}

/** What `heal` reaches on AWS, in the deployed stack or in the local runtime. */
export interface HealWiring extends Pick<HealHandlerDeps, 'clock' | 'telemetry'> {
  clients: { dynamodb: DynamoDBClient; sfn: SFNClient };
  tables: { replays: string };
  sequenceStateMachineArn: string;
}

/** The handler on the adapters. */
export function wireHeal({ clients, tables, sequenceStateMachineArn, ...deps }: HealWiring) {
  const { dynamodb, sfn } = clients;
  return createHealHandler({
    ...deps,
    replays: dynamoReplays({ client: dynamodb, table: tables.replays }),
    executions: sfnSequencerExecutions({ client: sfn, stateMachineArn: sequenceStateMachineArn }),
  });
}

/** Restarts sequencers that have died; called by the rules `HealRule` and `SequencerEndedRule`. */
export const handler = onLambda((env) =>
  wireHeal({
    clients: { dynamodb: new DynamoDBClient(clientConfig()), sfn: new SFNClient(clientConfig()) },
    tables: { replays: requireVariable(env, 'REPLAYS_TABLE') },
    sequenceStateMachineArn: requireVariable(env, 'SEQUENCE_STATE_MACHINE_ARN'),
    clock: systemClock,
    telemetry: powertoolsTelemetry(),
  }),
);
