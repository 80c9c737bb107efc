import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LIVE_PATTERN } from '../../examples/story/shop';
import { PACKAGING_MS, type PackagedStack, packageStack } from '../stack/package-stack';
import { grantsOf, trustOf } from '../stack/template';
import type { Statement } from '../support/iam';
import { type PackagedOrders, packageCopy, packageInPlace } from './package-orders';

let orders: PackagedOrders;
beforeAll(async () => {
  orders = await packageInPlace();
}, PACKAGING_MS);

const properties = (logicalId: string) => orders.template.get(logicalId).Properties;
const mapping = () => orders.template.ofType('AWS::Lambda::EventSourceMapping')[0]?.[1].Properties;
const imported = (output: string) => ({ 'Fn::ImportValue': `ordered-replay-dev-${output}` });

test('the framework has nothing to complain of', () => {
  expect(orders.output).toContain('Service packaged');
  expect(orders.output.split('\n').filter((line) => /warning|^ +at /i.test(line))).toEqual([]);
});

test('it tells the framework of the property for version 4 with the same plugin as the stack', () => {
  const plugin = (folder: string) =>
    readFileSync(path.join(__dirname, '../..', folder, 'build-property.cjs'), 'utf8');
  expect(plugin('examples/orders')).toBe(plugin('scripts'));
});

describe('one function gets', () => {
  const target = { 'Fn::GetAtt': ['OrderCreatedLambdaFunction', 'Arn'] };
  const deadLetters = { 'Fn::GetAtt': ['DeadLetters', 'Arn'] };

  test('the live events, by the rule that the story plays with', () => {
    expect(properties('LiveRule')).toMatchObject({
      EventBusName: imported('EventBusName'),
      EventPattern: LIVE_PATTERN,
      Targets: [{ Arn: target, DeadLetterConfig: { Arn: deadLetters } }],
    });
    const [{ RetryPolicy }] = properties('LiveRule').Targets as [{ RetryPolicy: object }];
    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 });
  });

  test('the replayed events, in order, for as long as it takes', () => {
    expect(mapping()).toEqual({
      EventSourceArn: imported('OrderedEventsStreamArn'),
      FunctionName: target,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: true,
    });
  });

  test('a live event three times, and then it is kept', () => {
    expect(properties('OrderCreatedLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: deadLetters } },
    });
  });
});

describe('who may do what', () => {
  const grants: Record<string, string[]> = {
    CreateOrderRole: [
      `Allow events:PutEvents on events:event-bus/\${Bus}`,
      'Allow logs:CreateLogStream on CreateOrderLogGroup',
      'Allow logs:PutLogEvents on CreateOrderLogGroup',
    ],
    OrderCreatedRole: [
      'Allow dynamodb:DescribeStream on ordered-replay-dev-OrderedEventsStreamArn',
      'Allow dynamodb:GetItem on Orders',
      'Allow dynamodb:GetRecords on ordered-replay-dev-OrderedEventsStreamArn',
      'Allow dynamodb:GetShardIterator on ordered-replay-dev-OrderedEventsStreamArn',
      'Allow dynamodb:ListStreams on ordered-replay-dev-OrderedEventsStreamArn',
      'Allow dynamodb:UpdateItem on Orders',
      'Allow logs:CreateLogStream on OrderCreatedLogGroup',
      'Allow logs:PutLogEvents on OrderCreatedLogGroup',
      'Allow sqs:SendMessage on DeadLetters',
    ],
  };

  test.each(Object.keys(grants))('%s may do what its work takes, and nothing else', (logicalId) => {
    const role = orders.template.get(logicalId);
    expect(grantsOf(role)).toEqual(grants[logicalId]);
    const Principal = { Service: 'lambda.amazonaws.com' };
    expect(trustOf(role)).toEqual([{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]);
  });

  test('there are no other roles', () => {
    const roles = orders.template.ofType('AWS::IAM::Role').map(([logicalId]) => logicalId);
    expect(roles.sort()).toEqual(Object.keys(grants).sort());
  });

  test('only the live rule may call the function and send to its dead letters', () => {
    const rule = { 'Fn::GetAtt': ['LiveRule', 'Arn'] };
    const permissions = orders.template.ofType('AWS::Lambda::Permission');
    expect(permissions.map(([, { Properties }]) => Properties.SourceArn)).toEqual([rule]);
    const { Statement } = properties('DeadLettersPolicy').PolicyDocument as { Statement: Statement[] };
    expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      expect.objectContaining({ Condition: { ArnEquals: { 'aws:SourceArn': rule } } }),
    ]);
  });
});

test('the queue is encrypted, and logs are kept for two weeks', () => {
  expect(properties('DeadLetters').SqsManagedSseEnabled).toBe(true);
  for (const group of ['CreateOrderLogGroup', 'OrderCreatedLogGroup']) {
    expect(properties(group).RetentionInDays).toBe(14);
  }
});

test('the archive keeps what the shop publishes', () => {
  expect(properties('Archive')).toMatchObject({
    ArchiveName: 'orders-dev',
    EventPattern: { source: LIVE_PATTERN.source },
  });
});

describe('beside Ordered Replay', () => {
  let stack: PackagedStack;
  beforeAll(async () => {
    stack = await packageStack();
  }, PACKAGING_MS);

  test('everything that it imports is exported', () => {
    const text = readFileSync(orders.templatePath, 'utf8');
    const imports = [...text.matchAll(/"Fn::ImportValue":\s*"([^"]+)"/g)].map(([, name]) => name as string);
    const exported = Object.values(stack.template.outputs).map(({ Export }) => Export.Name);
    expect(new Set(imports).size).toBe(2);
    expect(imports.filter((name) => !exported.includes(name))).toEqual([]);
  });
});

describe('copied out of the repository, with the package installed', () => {
  test(
    'it is packaged to the same template',
    async () => {
      const copy = await packageCopy();
      const comparable = ({ template }: PackagedOrders) =>
        JSON.parse(JSON.stringify(template.resources).replace(/\/\d{13}-[^/"]+\//g, '/<when>/'));
      expect(comparable(copy)).toEqual(comparable(orders));
    },
    PACKAGING_MS,
  );

  test('it asks for the versions that this repository has', () => {
    const manifest = (folder: string) =>
      JSON.parse(readFileSync(path.join(__dirname, '../..', folder, 'package.json'), 'utf8')) as {
        devDependencies: Record<string, string>;
      };
    expect(manifest('.').devDependencies).toMatchObject(manifest('examples/orders').devDependencies);
  });
});
