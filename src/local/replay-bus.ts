import { randomUUID } from 'node:crypto';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import type { JsonObject } from '../core/json';
import type { Settings } from '../core/settings';
import { type Authorize, permits } from './api-call';
import type { AsyncInvocations } from './async-invocation';
import { notFound } from './aws-error';
import type { Clients } from './clients';
import type { Deliver } from './eventbridge/bus';
import { createDelivery } from './eventbridge/delivery';
import type { ReplayTemper } from './eventbridge/replay';
import { createEventBridge } from './eventbridge/service';
import { HOSTILE_TEMPER } from './local-settings';
import type { LocalQueue } from './queue';
import { createRandom } from './random';
import { LOCAL } from './resource-names';
import type { LocalStateMachine } from './state-machine';

/** The bus that is replayed on, and where its rules lead. */

export interface ReplayBusOptions {
  temper?: ReplayTemper;
  seed?: number;
  /** Told of each replayed event, and of its text, when the state machine or the queue takes it; must not throw. */
  arrived?: (event: JsonObject, json: string) => void;
  /** Decides, as IAM does, about each call to the services; by default everybody may do everything. */
  authorize?: Authorize;
}

/**
 * Rule targets are the state machines and the consumer. What a machine does not take in time goes to the queue
 * `Overflow`; a function's own queue takes everything.
 */
export function createReplayBus(
  { seed = 1, temper = HOSTILE_TEMPER, arrived, authorize }: ReplayBusOptions,
  { maximumEventAgeMs }: Settings,
  to: {
    machines: Map<string, LocalStateMachine>;
    live: AsyncInvocations;
    overflow: LocalQueue;
    signal: AbortSignal;
  },
) {
  const { account, region } = LOCAL;
  const { signal } = to;
  const deliverToMachine = createDelivery({
    random: createRandom(seed),
    throttleRate: temper.throttleRate,
    maximumEventAgeMs,
    signal,
    offer({ arn }, event) {
      const machine = to.machines.get(arn);
      if (!machine) throw notFound(`No local target ${arn}`);
      authorize?.({ principal: LOCAL.roles.rule, action: 'states:StartExecution', resource: arn });
      if (machine.isFull) return false;
      machine.start(randomUUID(), event.json);
      arrived?.(event.envelope, event.json);
      return true;
    },
    deadLetter(event) {
      if (!permits(authorize, DEAD_LETTER)) return;
      to.overflow.send(event.json);
      arrived?.(event.envelope, event.json);
    },
  });
  const deliver: Deliver = async (target, event) => {
    if (target.arn === LOCAL.consumer.arn) to.live.accept(event.envelope);
    else await deliverToMachine(target, event);
  };
  return createEventBridge({ account, region, deliver, temper, random: createRandom(seed), signal });
}

/** No role is taken for it: the queue's own policy decides. */
const DEAD_LETTER = {
  principal: 'events.amazonaws.com',
  action: 'sqs:SendMessage',
  resource: LOCAL.overflow.arn,
  sourceArn: LOCAL.ruleArn,
};

/** The bus, its archive and the rule on replayed events, as `serverless.yml` makes them. */
export async function createEventSources({ eventbridge }: Clients): Promise<void> {
  const EventBusName = LOCAL.busName;
  await eventbridge.send(new CreateEventBusCommand({ Name: EventBusName }));
  await eventbridge.send(
    new CreateArchiveCommand({ ArchiveName: LOCAL.archiveName, EventSourceArn: LOCAL.busArn }),
  );
  const EventPattern = JSON.stringify({ 'replay-name': [{ prefix: '' }] });
  await eventbridge.send(new PutRuleCommand({ Name: LOCAL.ruleName, EventBusName, EventPattern }));
  const Targets = [{ Id: 'collect', Arn: LOCAL.collectMachineArn }];
  await eventbridge.send(new PutTargetsCommand({ Rule: LOCAL.ruleName, EventBusName, Targets }));
}
