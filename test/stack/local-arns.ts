import { LOCAL } from '../../src/local/resource-names';

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${resource}`;
// A log group's ARN stands for its streams: that is what logs are written to.
const streamsOf = ({ name }: { name: string }) => arn('logs', `log-group:/aws/lambda/${name}:*`);

/** What each resource of the template is in the local stack. */
const ARNS: Record<string, string> = {
  CollectLambdaFunction: LOCAL.collect.arn,
  SequenceLambdaFunction: LOCAL.sequence.arn,
  HealLambdaFunction: LOCAL.heal.arn,
  CollectStateMachine: LOCAL.collectMachineArn,
  SequenceStateMachine: LOCAL.sequenceMachineArn,
  ReplayRule: LOCAL.ruleArn,
  Overflow: LOCAL.overflow.arn,
  DeadLetters: LOCAL.deadLetters.arn,
  CollectLogGroup: streamsOf(LOCAL.collect),
  SequenceLogGroup: streamsOf(LOCAL.sequence),
  HealLogGroup: streamsOf(LOCAL.heal),
  EventBuffer: arn('dynamodb', `table/${LOCAL.tables.eventBuffer}`),
  Replays: arn('dynamodb', `table/${LOCAL.tables.replays}`),
  OrderedEvents: arn('dynamodb', `table/${LOCAL.tables.orderedEvents}`),
};

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': LOCAL.region,
  'AWS::AccountId': LOCAL.account,
};

export function localArn(logicalId: string): string {
  const found = ARNS[logicalId];
  if (!found) throw new Error(`No local resource is known for ${logicalId} of the template.`);
  return found;
}

/** The ARN or ARN pattern that a policy of the template has, as it would be for the local stack. */
export function resolveArn(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Fn::GetAtt') {
    const [logicalId, attribute] = argument as [string, string];
    if (attribute === 'Arn') return localArn(logicalId);
  }
  // The Ref of a state machine is its ARN; that of other resources is a name or a URL.
  if (intrinsic === 'Ref' && String(argument).endsWith('StateMachine')) return localArn(String(argument));
  if (intrinsic === 'Fn::Sub' && typeof argument === 'string') {
    return argument
      .replace(/\$\{(\w+::\w+)\}/g, (placeholder, name: string) => PSEUDO_PARAMETERS[name] ?? placeholder)
      .replace('ordered-replay-dev', LOCAL.busName);
  }
  throw new Error(`Not an ARN that can be resolved: ${JSON.stringify(value)}`);
}
