import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readSettings } from '../../functions/settings';
import { version } from '../../package.json';
import { HEAL_EVERY_MS, MAX_READING_DELAY_MS, MINUTE_MS } from '../../src/core/limits';
import { DEFAULT_SETTINGS } from '../../src/core/settings';
import { HEAL_TIMEOUT_MS, SEQUENCE_TIMEOUT_MS } from '../../src/local/local-settings';
import { tableDefinitions } from '../../src/local/tables';
import type { Statement } from '../support/iam';
import { DEFINITIONS, stateOf } from './definitions';
import { GRANTS } from './grants';
import { PACKAGING_MS, type PackagedStack, packageStack } from './package-stack';
import { grantsOf, trustOf } from './template';

const FUNCTIONS = ['collect', 'sequence', 'heal'];

let stack: PackagedStack;

beforeAll(async () => {
  stack = await packageStack();
}, PACKAGING_MS);

const properties = (logicalId: string) => stack.template.get(logicalId).Properties;
const environmentOf = (functionName: string) => stack.template.environment(functionName);
const capitalized = (name: string) => name.slice(0, 1).toUpperCase() + name.slice(1);
const only = <T>(items: T[]): T => {
  expect(items).toHaveLength(1);
  return items[0] as T;
};

test('the framework has nothing to complain of', () => {
  expect(stack.output).toContain('Service packaged');
  expect(stack.output.split('\n').filter((line) => /warning|^ +at /i.test(line))).toEqual([]);
});

describe('state machines', () => {
  const cases = [
    {
      name: 'collect',
      type: 'EXPRESS',
      values: {
        CollectFunctionArn: 'CollectLambdaFunction',
        OverflowQueueUrl: 'Overflow',
        SendMessage: ':states:::sqs:sendMessage',
      },
    },
    {
      name: 'sequence',
      type: 'STANDARD',
      values: {
        SequenceFunctionArn: 'SequenceLambdaFunction',
        SequenceStateMachineArn: 'stateMachine:ordered-replay-dev-sequence',
        StartExecution: ':states:::states:startExecution',
      },
    },
  ] as const;

  test.each(cases)(
    '$name is deployed as it is written, with a value for every placeholder',
    ({ name, type, values }) => {
      const machine = properties(`${capitalized(name)}StateMachine`);
      expect(machine).toMatchObject({
        StateMachineType: type,
        StateMachineName: `ordered-replay-dev-${name}`,
      });
      expect(machine.Definition).toEqual(DEFINITIONS[name]);
      const placeholders = JSON.stringify(DEFINITIONS[name]).matchAll(/\$\{(\w+)\}/g);
      const substitutions = machine.DefinitionSubstitutions as Record<string, unknown>;
      expect(new Set(Object.keys(substitutions))).toEqual(new Set([...placeholders].map(([, key]) => key)));
      for (const [key, value] of Object.entries(values))
        expect(JSON.stringify(substitutions[key])).toContain(value);
    },
  );

  test.each(cases)('$name logs failures only, and never what is in an event', ({ name }) => {
    expect(properties(`${capitalized(name)}StateMachine`)).toMatchObject({
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: false },
    });
  });
});

describe('the promises that the seal relies on', () => {
  const target = () =>
    only(properties('ReplayRule').Targets as { RetryPolicy: object; DeadLetterConfig: object }[]);

  test('functions that read nothing but their environment get the default settings', () => {
    for (const name of FUNCTIONS) {
      expect(readSettings(environmentOf(name) as Record<string, string>)).toEqual(DEFAULT_SETTINGS);
    }
  });

  test('what the functions are told is what the resources do', () => {
    const told = environmentOf('sequence');
    expect(target().RetryPolicy).toEqual({
      MaximumEventAgeInSeconds: Number(told.MAXIMUM_EVENT_AGE_SECONDS),
      MaximumRetryAttempts: 185,
    });
    expect(properties('CollectLambdaFunction').Timeout).toBe(Number(told.COLLECT_TIMEOUT_SECONDS));
    expect(DEFINITIONS.collect.TimeoutSeconds).toBe(Number(told.COLLECT_EXECUTION_SECONDS));
  });

  test('R1: what cannot reach collect goes to the queue that collect drains', () => {
    expect(target().DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': ['Overflow', 'Arn'] } });
    const [, mapping] = only(stack.template.ofType('AWS::Lambda::EventSourceMapping'));
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['Overflow', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['CollectLambdaFunction', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('R1: a message is tried five times and then kept, not dropped', () => {
    expect(properties('Overflow')).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 5 },
    });
    const { VisibilityTimeout } = properties('Overflow') as { VisibilityTimeout: number };
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * (properties('CollectLambdaFunction').Timeout as number),
    );
    // A letter that is redriven takes four of these to die again: by then a reading of the queues has counted it.
    const { depthLagMs, queueMetadataMs } = DEFAULT_SETTINGS;
    expect(4_000 * VisibilityTimeout).toBeGreaterThan(depthLagMs + queueMetadataMs + MAX_READING_DELAY_MS);
    for (const queue of ['Overflow', 'DeadLetters']) {
      expect(properties(queue)).toMatchObject({
        MessageRetentionPeriod: 14 * 86_400,
        MaximumMessageSize: 1024 ** 2,
      });
    }
  });

  test('a call of sequence ends before the state machine gives it up', () => {
    const { TimeoutSeconds } = stateOf(DEFINITIONS.sequence, 'ForwardDueEvents');
    expect(properties('SequenceLambdaFunction').Timeout).toBe(SEQUENCE_TIMEOUT_MS / 1_000);
    expect(properties('SequenceLambdaFunction').Timeout).toBeLessThan(TimeoutSeconds as number);
  });
});

describe('who may do what', () => {
  test('there is a role for each function, each state machine and the rule, and no other', () => {
    const roles = stack.template.ofType('AWS::IAM::Role').map(([logicalId]) => logicalId);
    expect(roles.sort()).toEqual(Object.keys(GRANTS).sort());
    for (const name of FUNCTIONS) {
      const role = `\${${capitalized(name)}FunctionRole.Arn}`;
      expect(properties(`${capitalized(name)}LambdaFunction`).Role).toEqual({ 'Fn::Sub': role });
    }
  });

  test.each(Object.keys(GRANTS))('%s may do what its work takes, and nothing else', (logicalId) => {
    expect(grantsOf(stack.template.get(logicalId))).toEqual(GRANTS[logicalId]);
  });

  test.each(Object.keys(GRANTS))('%s is taken by a service on behalf of this stack only', (logicalId) => {
    const { Principal, Condition } = only(trustOf(stack.template.get(logicalId)));
    const [service] = Object.values(Principal as Record<string, string>);
    // Nobody has seen which keys Lambda sends. Only this account can pass it the role: docs/decisions/0006.
    if (service === 'lambda.amazonaws.com') return expect(Condition).toBeUndefined();
    expect(Condition?.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(JSON.stringify(Condition?.ArnEquals)).toMatch(/ordered-replay-dev-\w+"/);
  });

  test('only the rule may send to the side road, and nobody without encryption', () => {
    const statementsOf = (policy: string) =>
      (properties(policy).PolicyDocument as { Statement: Statement[] }).Statement;
    for (const policy of ['OverflowPolicy', 'DeadLettersPolicy']) {
      const denied = only(statementsOf(policy).filter(({ Effect }) => Effect === 'Deny'));
      expect(denied).toMatchObject({
        Principal: '*',
        Action: 'sqs:*',
        Condition: { Bool: { 'aws:SecureTransport': false } },
      });
    }
    expect(only(statementsOf('OverflowPolicy').filter(({ Effect }) => Effect === 'Allow'))).toMatchObject({
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['ReplayRule', 'Arn'] } } },
    });
    expect(statementsOf('DeadLettersPolicy')).toHaveLength(1);
  });

  test('each function knows what its work takes', () => {
    const shared = Object.keys(environmentOf('collect')).filter((name) => name in environmentOf('sequence'));
    const ownOf = (functionName: string) =>
      Object.keys(environmentOf(functionName)).filter((name) => !shared.includes(name));
    expect(shared).toEqual(
      expect.arrayContaining(['BUFFER_TABLE', 'REPLAYS_TABLE', 'POWERTOOLS_SERVICE_NAME']),
    );
    expect(ownOf('collect')).toEqual(['SEQUENCE_STATE_MACHINE_ARN']);
    expect(ownOf('sequence')).toEqual([
      'ORDERED_EVENTS_TABLE',
      'OVERFLOW_QUEUE_URL',
      'DEAD_LETTERS_QUEUE_URL',
    ]);
    expect(ownOf('heal')).toEqual(['SEQUENCE_STATE_MACHINE_ARN']);
    expect(environmentOf('heal')).not.toHaveProperty('BUFFER_TABLE');
  });
});

describe('what is kept', () => {
  test('the tables are those that the local runtime and the tests make', () => {
    const names = { eventBuffer: 'EventBuffer', replays: 'Replays', orderedEvents: 'OrderedEvents' };
    const definitions = tableDefinitions(names).map(({ TableName, StreamSpecification, ...rest }) => {
      const stream = StreamSpecification && {
        StreamSpecification: { StreamViewType: StreamSpecification.StreamViewType },
      };
      return [TableName, { ...rest, ...stream }];
    });
    const deployed = stack.template.ofType('AWS::DynamoDB::Table').map(([logicalId, { Properties }]) => {
      const { TimeToLiveSpecification, ...rest } = Properties;
      expect(TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
      return [logicalId, rest];
    });
    expect(Object.fromEntries(deployed)).toEqual(Object.fromEntries(definitions));
  });

  test('queues are encrypted', () => {
    for (const [, { Properties }] of stack.template.ofType('AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    }
  });

  test('Lambda adds no log lines of its own', () => {
    for (const name of FUNCTIONS) {
      expect(properties(`${capitalized(name)}LambdaFunction`).LoggingConfig).toEqual({
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
      });
    }
  });
});

test('by default it makes a bus and an archive of every event, and orders every replay', () => {
  expect(properties('EventBus').Name).toBe('ordered-replay-dev');
  expect(properties('Archive')).toMatchObject({
    SourceArn: { 'Fn::GetAtt': ['EventBus', 'Arn'] },
    RetentionDays: '0',
  });
  expect(properties('Archive')).not.toHaveProperty('EventPattern');
  expect(properties('ReplayRule')).toMatchObject({
    EventBusName: { 'Fn::GetAtt': ['EventBus', 'Name'] },
    EventPattern: { 'replay-name': [{ prefix: '' }] },
  });
});

test("the rule's pattern has no boolean: inside a condition it could come out as text", () => {
  const { EventPattern } = JSON.parse(stack.templateText).Resources.ReplayRule.Properties;
  expect(EventPattern).toEqual({ 'replay-name': [{ prefix: { Ref: 'ReplayNamePrefix' } }] });
});

test('the bus and the archive that it makes are kept, whatever becomes of the parameters and the stack', () => {
  for (const made of ['EventBus', 'Archive']) {
    const { DeletionPolicy, UpdateReplacePolicy } = stack.template.get(made);
    expect([made, DeletionPolicy, UpdateReplacePolicy]).toEqual([made, 'RetainExceptOnCreate', 'Retain']);
  }
});

test('collect has the concurrency of the account, unless some is reserved for it', () => {
  const { CollectLambdaFunction } = JSON.parse(stack.templateText).Resources;
  expect(CollectLambdaFunction.Properties.ReservedConcurrentExecutions).toEqual({
    'Fn::If': ['LimitsCollect', { Ref: 'CollectConcurrency' }, { Ref: 'AWS::NoValue' }],
  });
  expect(properties('CollectLambdaFunction').ReservedConcurrentExecutions).toEqual({ Ref: 'AWS::NoValue' });
});

test('CloudFormation refuses an archive without its bus by itself', () => {
  const rule = JSON.parse(stack.templateText).Rules.ArchiveComesWithItsBus;
  const isEmpty = (name: string) => ({ 'Fn::Equals': [{ Ref: name }, ''] });
  expect(rule.RuleCondition).toEqual({ 'Fn::Not': [isEmpty('ArchiveName')] });
  expect(rule.Assertions).toEqual([
    {
      Assert: { 'Fn::Not': [isEmpty('EventBusName')] },
      AssertDescription: expect.stringContaining('EventBusName'),
    },
  ]);
});

test('it says which version it is', () => {
  expect(stack.template.outputs.Version?.Value).toBe(version);
});

test('alarms watch every place where an event could be lost or a replay stand still', () => {
  const watched = stack.template.ofType('AWS::CloudWatch::Alarm').map(([logicalId, { Properties }]) => {
    const names = JSON.stringify(Properties).matchAll(/"MetricName":"(\w+)"/g);
    return [logicalId, [...names].map(([, name]) => name)];
  });
  expect(Object.fromEntries(watched)).toEqual({
    DeadLettersAlarm: ['ApproximateNumberOfMessagesVisible'],
    OverflowAgeAlarm: ['ApproximateAgeOfOldestMessage'],
    UndeliveredAlarm: ['InvocationsFailedToBeSentToDlq'],
    CollectFailedAlarm: ['ExecutionsFailed', 'ExecutionsTimedOut'],
    LateEventsAlarm: ['late'],
    SequenceFailedAlarm: ['needsPerson'],
    HealFailedAlarm: ['Errors'],
  });
});

describe('R7: what calls the healer', () => {
  test('a schedule, as often as the code takes for granted', () => {
    expect(properties('HealRule').ScheduleExpression).toBe(`rate(${HEAL_EVERY_MS / MINUTE_MS} minutes)`);
    expect(properties('HealLambdaFunction').Timeout).toBe(HEAL_TIMEOUT_MS / 1_000);
  });

  test('Step Functions, about executions of sequence that did not succeed', () => {
    expect(properties('SequencerEndedRule').EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ Ref: 'SequenceStateMachine' }],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    });
    // Such events come to the default bus.
    expect(properties('SequencerEndedRule')).not.toHaveProperty('EventBusName');
  });

  test.each(['HealRule', 'SequencerEndedRule'])('%s may call it, and nobody else', (rule) => {
    const Arn = { 'Fn::GetAtt': ['HealLambdaFunction', 'Arn'] };
    expect(properties(rule).Targets).toEqual([{ Id: 'heal', Arn }]);
    expect(properties(`${rule}Permission`)).toEqual({
      FunctionName: Arn,
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
    });
    expect(stack.template.ofType('AWS::Lambda::Permission')).toHaveLength(2);
  });

  test('the alarm watches what the functions count, under their name', () => {
    const { POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME } = environmentOf('heal');
    expect(properties('SequenceFailedAlarm')).toMatchObject({
      Namespace: POWERTOOLS_METRICS_NAMESPACE,
      Dimensions: [{ Name: 'service', Value: POWERTOOLS_SERVICE_NAME }],
    });
  });
});

test('other stacks can import what they need', () => {
  const exported = Object.entries(stack.template.outputs).filter(([name]) => !name.startsWith('Serverless'));
  for (const [name, { Export }] of exported) expect(Export.Name).toBe(`ordered-replay-dev-${name}`);
  expect(exported.map(([name]) => name).sort()).toEqual([
    'ArchiveArn',
    'CollectStateMachineArn',
    'DeadLettersQueueUrl',
    'EventBufferTable',
    'EventBusName',
    'OrderedEventsStreamArn',
    'OrderedEventsTable',
    'OverflowQueueUrl',
    'ReplayRuleArn',
    'ReplaysTable',
    'SequenceStateMachineArn',
    'Version',
  ]);
});

describe('bundles', () => {
  test.each(FUNCTIONS)('%s needs nothing but itself', async (name) => {
    const path = stack.bundlePath(name);
    const variables = Object.entries(environmentOf(name)).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : 'arn:aws:states:us-east-1:123456789012:stateMachine:x',
    ]);
    const script = `if (typeof require(${JSON.stringify(path)}).handler !== 'function') process.exit(1)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: {
        PATH: process.env.PATH,
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: name,
        ...Object.fromEntries(variables),
      },
    });
    expect(stdout).toBe('');
    const zipKb = Math.round((await stack.zipBytes(name)) / 1024);
    expect(zipKb).toBeLessThan(512);
  });
});
