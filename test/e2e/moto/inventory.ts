import type { Moto } from './moto';

/** Everything in the account that a stack could have left behind, by kind. */
export async function inventoryOf({ aws }: Moto): Promise<Record<string, string[]>> {
  const inventory: Record<string, string[]> = {};
  for (const [kind, service, operation, query] of LISTS) {
    inventory[kind] = (((await aws(service, operation, '--query', query)) ?? []) as string[]).sort();
  }
  const rules = [];
  for (const bus of inventory.buses ?? []) {
    const names = await aws('events', 'list-rules', '--event-bus-name', bus, '--query', 'Rules[].Name');
    rules.push(...(names as string[]).map((name) => `${bus}/${name}`));
  }
  return { ...inventory, rules: rules.sort() };
}

const LISTS: [kind: string, service: string, operation: string, query: string][] = [
  ['tables', 'dynamodb', 'list-tables', 'TableNames'],
  ['streams', 'dynamodbstreams', 'list-streams', 'Streams[].StreamArn'],
  ['queues', 'sqs', 'list-queues', 'QueueUrls || `[]`'],
  ['state machines', 'stepfunctions', 'list-state-machines', 'stateMachines[].name'],
  ['functions', 'lambda', 'list-functions', 'Functions[].FunctionName'],
  ['mappings', 'lambda', 'list-event-source-mappings', 'EventSourceMappings[].FunctionArn'],
  ['roles', 'iam', 'list-roles', 'Roles[].RoleName'],
  ['log groups', 'logs', 'describe-log-groups', 'logGroups[].logGroupName'],
  ['alarms', 'cloudwatch', 'describe-alarms', 'MetricAlarms[].AlarmName'],
  ['buckets', 's3api', 'list-buckets', 'Buckets[].Name'],
  ['archives', 'events', 'list-archives', 'Archives[].ArchiveName'],
  ['buses', 'events', 'list-event-buses', 'EventBuses[].Name'],
  ['stacks', 'cloudformation', 'describe-stacks', 'Stacks[].StackName'],
];
