/** Names and ARNs of the local stack; the shapes are those of the deployed one. */

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const SERVICE = 'ordered-replay-local';
const RULE = 'collect-replayed-events';

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

const lambda = (name: string) => {
  const functionName = `${SERVICE}-${name}`;
  return { name: functionName, arn: arn('lambda', `function:${functionName}`) };
};

const queue = (name: string) => {
  const queueName = `${SERVICE}-${name}`;
  return { name: queueName, arn: arn('sqs', queueName), url: `http://127.0.0.1/${ACCOUNT}/${queueName}` };
};

export const LOCAL = {
  region: REGION,
  account: ACCOUNT,
  busName: SERVICE,
  busArn: arn('events', `event-bus/${SERVICE}`),
  archiveName: SERVICE,
  archiveArn: arn('events', `archive/${SERVICE}`),
  ruleName: RULE,
  ruleArn: arn('events', `rule/${SERVICE}/${RULE}`),
  tables: { eventBuffer: 'EventBuffer', replays: 'Replays', orderedEvents: 'OrderedEvents' },
  streamArn: arn('dynamodb', 'table/OrderedEvents/stream/2026-01-01T00:00:00.000'),
  overflow: queue('Overflow'),
  deadLetters: queue('DeadLetters'),
  collect: lambda('collect'),
  sequence: lambda('sequence'),
  heal: lambda('heal'),
  consumer: lambda('consumer'),
  collectMachineArn: arn('states', `stateMachine:${SERVICE}-collect`),
  sequenceMachineArn: arn('states', `stateMachine:${SERVICE}-sequence`),
  /** Who makes which calls; the names are those in `serverless.yml`. */
  roles: {
    rule: 'ReplayRuleRole',
    collectMachine: 'CollectStateMachineRole',
    sequenceMachine: 'SequenceStateMachineRole',
    collect: 'CollectFunctionRole',
    sequence: 'SequenceFunctionRole',
    heal: 'HealFunctionRole',
  },
} as const;
