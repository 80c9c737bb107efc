import { readSettings } from '../../functions/settings';
import { PACKAGING_MS, type PackagedStack, packageStack } from './package-stack';
import { grantsOf } from './template';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

let stack: PackagedStack;

beforeAll(async () => {
  stack = await packageStack({
    eventBusName: 'orders',
    archiveName: 'orders-archive',
    replayNamePrefix: 'ordered-',
    alarmTopicArn: TOPIC,
    speed: 'max',
    retentionDays: '3',
    logRetentionDays: '30',
    sequenceMemory: '512',
    collectConcurrency: '50',
  });
}, PACKAGING_MS);

test('given a bus and an archive, the stack makes neither and attaches to them', () => {
  const { template } = stack;
  expect(template.ofType('AWS::Events::EventBus')).toEqual([]);
  expect(template.ofType('AWS::Events::Archive')).toEqual([]);
  expect(JSON.stringify(template)).not.toMatch(/\["(EventBus|Archive)",/);
  expect(template.get('ReplayRule').Properties.EventBusName).toBe('orders');
  expect(template.outputs.EventBusName?.Value).toBe('orders');
  expect(JSON.stringify(template.outputs.ArchiveArn?.Value)).toContain(':archive/orders-archive"');
});

test('given a prefix, it orders the replays of such a name only, and can ask about no others', () => {
  const { EventPattern } = stack.template.get('ReplayRule').Properties;
  expect(EventPattern).toEqual({ 'replay-name': [{ prefix: 'ordered-' }] });
  const grants = grantsOf(stack.template.get('SequenceFunctionRole'));
  expect(grants).toContain('Allow events:DescribeReplay on events:replay/ordered-*');
});

test('given other options, the functions are told', () => {
  const settings = readSettings(stack.template.environment('sequence') as Record<string, string>);
  expect(settings).toMatchObject({ options: { speed: 'max' }, retentionMs: 3 * 86_400_000 });
});

test('given other memory, the sequencer alone has it, and the deploy refuses less than it needs', () => {
  const sizeOf = (name: string) => Number(stack.template.get(`${name}LambdaFunction`).Properties.MemorySize);
  expect(['Sequence', 'Collect', 'Heal'].map(sizeOf)).toEqual([512, 256, 256]);
  expect(stack.output).not.toContain('memorySize');
  const { SequenceMemory } = stack.template.parameters;
  expect(SequenceMemory).toEqual({ Type: 'Number', Default: '512', MinValue: 256, MaxValue: 10_240 });
});

test('given a concurrency, collect alone has it for itself', () => {
  const reservedFor = (name: string) =>
    stack.template.get(`${name}LambdaFunction`).Properties.ReservedConcurrentExecutions;
  expect(['Collect', 'Sequence', 'Heal'].map(reservedFor)).toEqual(['50', undefined, undefined]);
});

test('given a topic, every alarm tells it', () => {
  const alarms = stack.template.ofType('AWS::CloudWatch::Alarm');
  expect(alarms.length).toBeGreaterThan(0);
  for (const [, { Properties }] of alarms) expect(Properties.AlarmActions).toEqual([TOPIC]);
});

test('given days, all logs are kept for as long', () => {
  const groups = stack.template.ofType('AWS::Logs::LogGroup');
  expect(groups).toHaveLength(5);
  for (const [, { Properties }] of groups) expect(Number(Properties.RetentionInDays)).toBe(30);
});
