import { version } from '../../../package.json';
import type { StackCopy } from '../../stack/stack-copy';
import { addressesWith } from '../support/addresses';
import { sls } from '../support/sls';
import { describeWith } from '../support/tools';
import { physicalIdsOf, resolveReferences, resourcesNamedBy, templateOf } from './deployed-template';
import { inventoryOf } from './inventory';
import { copyStackForMoto, deleteKept, deploy, type Moto, outputsOf, startMoto } from './moto';
import { watchedMetrics } from './watched-metrics';

jest.setTimeout(300_000);

const ACCOUNT = '123456789012';
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;

describeWith('python', 'a first deploy, with nothing chosen', () => {
  let moto: Moto;
  let stack: StackCopy;
  let before: Record<string, string[]>;
  let outputs: Record<string, string>;
  let ids: Record<string, string>;

  beforeAll(async () => {
    moto = await startMoto();
    stack = await copyStackForMoto();
    before = await inventoryOf(moto);
    expect(await deploy(moto, stack.folder, 'dev')).toContain('Service deployed to stack ordered-replay-dev');
    [outputs, ids] = [await outputsOf(moto, 'dev'), await physicalIdsOf(moto, 'dev')];
  });
  afterAll(async () => {
    await moto?.stop();
    await stack?.remove();
  });

  const attributesOf = async (url: string | undefined) =>
    (await moto.aws('sqs', 'get-queue-attributes', '--attribute-names', 'All', '--queue-url', here(url)))
      .Attributes;
  /** A queue's URL names AWS here; the same path at moto's own address reaches it too. */
  const here = (url = '') => `${moto.endpoint}${new URL(url).pathname}`;
  const queueArn = (logicalId: string) => arn('sqs', ids[logicalId]?.split('/').pop() as string);

  test('all of it is on 127.0.0.1 and on no other address', async () => {
    expect(await addressesWith(moto.port)).toEqual(['127.0.0.1']);
  });

  test('one rule takes replayed events off the new bus and gives up after a minute, to the queue Overflow', async () => {
    const on = ['--event-bus-name', 'ordered-replay-dev'];
    const rule = await moto.aws('events', 'describe-rule', '--name', 'ordered-replay-dev-replays', ...on);
    expect(rule).toMatchObject({ State: 'ENABLED', Arn: outputs.ReplayRuleArn });
    expect(JSON.parse(rule.EventPattern)).toEqual({ 'replay-name': [{ prefix: '' }] });
    const { Targets } = await moto.aws(
      'events',
      'list-targets-by-rule',
      '--rule',
      'ordered-replay-dev-replays',
      ...on,
    );
    expect(Targets).toEqual([
      {
        Id: 'collect',
        Arn: outputs.CollectStateMachineArn,
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${ids.ReplayRuleRole}`,
        DeadLetterConfig: { Arn: queueArn('Overflow') },
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 185 },
      },
    ]);
  });

  test('the archive keeps every event of that bus for ever', async () => {
    const archive = await moto.aws('events', 'describe-archive', '--archive-name', 'ordered-replay-dev');
    expect(archive).toMatchObject({
      ArchiveArn: outputs.ArchiveArn,
      EventSourceArn: arn('events', 'event-bus/ordered-replay-dev'),
      RetentionDays: expect.anything(),
      State: 'ENABLED',
    });
    expect(Number(archive.RetentionDays)).toBe(0);
    expect(archive).not.toHaveProperty('EventPattern');
  });

  test('both queues are encrypted and keep messages for 14 days; Overflow hands on what failed five times', async () => {
    const kept = {
      MessageRetentionPeriod: '1209600',
      MaximumMessageSize: '1048576',
      SqsManagedSseEnabled: 'true',
    };
    const overflow = await attributesOf(outputs.OverflowQueueUrl);
    expect(overflow).toMatchObject({ ...kept, VisibilityTimeout: '60', QueueArn: queueArn('Overflow') });
    expect(JSON.parse(overflow.RedrivePolicy)).toEqual({
      deadLetterTargetArn: queueArn('DeadLetters'),
      maxReceiveCount: 5,
    });
    const deadLetters = await attributesOf(outputs.DeadLettersQueueUrl);
    expect(deadLetters).toMatchObject({ ...kept, QueueArn: queueArn('DeadLetters') });
    expect(deadLetters).not.toHaveProperty('RedrivePolicy');
  });

  test('SQS takes the policies of the queues, and they name what was made', async () => {
    const template = await templateOf(moto, 'dev');
    for (const queue of ['Overflow', 'DeadLetters']) {
      const { PolicyDocument } = template.get(`${queue}Policy`).Properties;
      const policy = resolveReferences(PolicyDocument, (id) =>
        id === 'ReplayRule' ? outputs.ReplayRuleArn : queueArn(id),
      );
      const attributes = JSON.stringify({ Policy: JSON.stringify(policy) });
      const url = ['--queue-url', here(ids[queue])];
      await moto.aws('sqs', 'set-queue-attributes', ...url, '--attributes', attributes);
      const { Statement } = JSON.parse((await attributesOf(ids[queue])).Policy);
      for (const { Resource } of Statement) expect(Resource).toBe(queueArn(queue));
    }
  });

  test('collect drains Overflow in batches of which single messages can fail', async () => {
    const { EventSourceMappings } = await moto.aws('lambda', 'list-event-source-mappings');
    expect(EventSourceMappings).toMatchObject([
      {
        State: 'Enabled',
        EventSourceArn: queueArn('Overflow'),
        FunctionArn: arn('lambda', 'function:ordered-replay-dev-collect'),
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    ]);
  });

  test('each function has its code, its role and the names of what it works with', async () => {
    const common = {
      REPLAYS_TABLE: outputs.ReplaysTable,
      SPEED: '1',
      POWERTOOLS_SERVICE_NAME: 'ordered-replay-dev',
    };
    const own = {
      collect: {
        BUFFER_TABLE: outputs.EventBufferTable,
        SEQUENCE_STATE_MACHINE_ARN: outputs.SequenceStateMachineArn,
      },
      heal: { SEQUENCE_STATE_MACHINE_ARN: outputs.SequenceStateMachineArn },
      sequence: {
        BUFFER_TABLE: outputs.EventBufferTable,
        ORDERED_EVENTS_TABLE: outputs.OrderedEventsTable,
        OVERFLOW_QUEUE_URL: outputs.OverflowQueueUrl,
        DEAD_LETTERS_QUEUE_URL: outputs.DeadLettersQueueUrl,
      },
    };
    const roles = {
      collect: ids.CollectFunctionRole,
      sequence: ids.SequenceFunctionRole,
      heal: ids.HealFunctionRole,
    };
    const timeouts = { collect: 5, sequence: 300, heal: 60 };
    for (const name of ['collect', 'sequence', 'heal'] as const) {
      const { Configuration } = await moto.aws(
        'lambda',
        'get-function',
        '--function-name',
        `ordered-replay-dev-${name}`,
      );
      expect(Configuration).toMatchObject({
        State: 'Active',
        Runtime: 'nodejs24.x',
        Handler: `functions/${name}.handler`,
        Timeout: timeouts[name],
        Role: `arn:aws:iam::${ACCOUNT}:role/${roles[name]}`,
        Environment: { Variables: { ...common, ...own[name] } },
      });
      expect(Configuration.CodeSize).toBeGreaterThan(50_000);
    }
  });

  test('the tables are billed by the request, and the ordered events have a stream of new images', async () => {
    const tables = { EventBuffer: ['bucket', 'position'], Replays: ['replay'], OrderedEvents: ['lane'] };
    for (const [name, keys] of Object.entries(tables)) {
      const { Table } = await moto.aws(
        'dynamodb',
        'describe-table',
        '--table-name',
        outputs[`${name}Table`] as string,
      );
      expect(Table).toMatchObject({
        TableStatus: 'ACTIVE',
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      });
      expect(Table.KeySchema.map(({ AttributeName }: { AttributeName: string }) => AttributeName)).toEqual(
        keys,
      );
      if (name !== 'OrderedEvents') expect(Table).not.toHaveProperty('StreamSpecification');
      else {
        expect(Table.LatestStreamArn).toBe(outputs.OrderedEventsStreamArn);
        expect(Table.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' });
      }
    }
  });

  test('DynamoDB takes the expiry that the template asks for', async () => {
    const template = await templateOf(moto, 'dev');
    for (const [id, { Properties }] of template.ofType('AWS::DynamoDB::Table')) {
      const table = ['--table-name', ids[id] as string];
      const wanted = JSON.stringify(Properties.TimeToLiveSpecification);
      await moto.aws('dynamodb', 'update-time-to-live', ...table, '--time-to-live-specification', wanted);
      expect(await moto.aws('dynamodb', 'describe-time-to-live', ...table)).toEqual({
        TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
      });
    }
  });

  test('there are the two state machines, each with its role', async () => {
    for (const name of ['Collect', 'Sequence']) {
      const machine = await moto.aws(
        'stepfunctions',
        'describe-state-machine',
        ...['--state-machine-arn', outputs[`${name}StateMachineArn`] as string],
      );
      expect(machine).toMatchObject({
        name: `ordered-replay-dev-${name.toLowerCase()}`,
        status: 'ACTIVE',
        roleArn: `arn:aws:iam::${ACCOUNT}:role/${ids[`${name}StateMachineRole`]}`,
      });
    }
  });

  test('the six roles are taken by services only, and what they may do names what was made', async () => {
    const services: Record<string, string> = {
      ReplayRuleRole: 'events',
      CollectStateMachineRole: 'states',
      SequenceStateMachineRole: 'states',
      CollectFunctionRole: 'lambda',
      SequenceFunctionRole: 'lambda',
      HealFunctionRole: 'lambda',
    };
    for (const [id, service] of Object.entries(services)) {
      const role = ['--role-name', ids[id] as string];
      const { Role } = await moto.aws('iam', 'get-role', ...role);
      expect(Role.AssumeRolePolicyDocument.Statement).toMatchObject([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: `${service}.amazonaws.com` },
          ...(service !== 'lambda' && { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
        },
      ]);
      const { PolicyNames } = await moto.aws('iam', 'list-role-policies', ...role);
      for (const name of PolicyNames) {
        const { PolicyDocument } = await moto.aws('iam', 'get-role-policy', ...role, '--policy-name', name);
        const named = resourcesNamedBy(PolicyDocument);
        expect(named.length).toBeGreaterThan(0);
        const ours =
          name === 'log-delivery' ? /^\*$/ : /^arn:aws:[\w:/-]*(ordered-replay-dev-[\w-]+(:\*)?|replay\/\*)$/;
        for (const resource of named) expect(resource).toMatch(ours);
      }
    }
  });

  test('logs are kept for 14 days', async () => {
    const { logGroups } = await moto.aws('logs', 'describe-log-groups');
    expect(
      logGroups
        .map((group: Record<string, unknown>) => [group.logGroupName, Number(group.retentionInDays)])
        .sort(),
    ).toEqual([
      ['/aws/lambda/ordered-replay-dev-collect', 14],
      ['/aws/lambda/ordered-replay-dev-heal', 14],
      ['/aws/lambda/ordered-replay-dev-sequence', 14],
      ['/aws/vendedlogs/states/ordered-replay-dev-collect', 14],
      ['/aws/vendedlogs/states/ordered-replay-dev-sequence', 14],
    ]);
  });

  test('CloudWatch takes the seven alarms, eight metrics in all, and they watch what was made', async () => {
    expect(await watchedMetrics(moto, 'dev')).toEqual(
      [
        `ApproximateAgeOfOldestMessage ${ids.Overflow?.split('/').pop()}`,
        `ApproximateNumberOfMessagesVisible ${ids.DeadLetters?.split('/').pop()}`,
        'Errors ordered-replay-dev-heal',
        `ExecutionsFailed ${outputs.CollectStateMachineArn}`,
        `ExecutionsTimedOut ${outputs.CollectStateMachineArn}`,
        'needsPerson ordered-replay-dev',
        'InvocationsFailedToBeSentToDlq ordered-replay-dev-replays ordered-replay-dev',
        'late ordered-replay-dev',
      ].sort(),
    );
  });

  test('sls info names the functions and every output, and each output is exported', async () => {
    const told = await sls(stack.folder, moto.endpoint, 'info', '--stage', 'dev', '--verbose');
    expect(told).toContain('collect: ordered-replay-dev-collect');
    expect(told).toContain('sequence: ordered-replay-dev-sequence');
    expect(told).toContain('heal: ordered-replay-dev-heal');
    expect(told).toContain(`Version: ${version}`);
    const { Stacks } = await moto.aws(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      'ordered-replay-dev',
    );
    for (const { OutputKey, OutputValue, ExportName } of Stacks[0].Outputs) {
      expect(told).toContain(`${OutputKey}: ${OutputValue}`);
      if (!OutputKey.startsWith('Serverless')) expect(ExportName).toBe(`ordered-replay-dev-${OutputKey}`);
    }
  });

  test('sls info says what to do next: bus, archive, stream, rule, and a replay that EventBridge takes', async () => {
    const told = await sls(stack.folder, moto.endpoint, 'info', '--stage', 'dev');
    const [, next = ''] = told.split('next:\n');
    for (const name of ['EventBusName', 'ArchiveArn', 'OrderedEventsStreamArn', 'ReplayRuleArn'])
      expect(next).toContain(outputs[name] as string);
    const [, command = ''] = /^ +aws (events start-replay .*)$/m.exec(next) ?? [];
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => String(quoted ?? word));
    expect(words.length).toBeGreaterThan(10);
    // moto replays to no state machine, but it looks at the archive and the bus first.
    const refused = await moto.aws('events', ...words.slice(1)).catch(({ message }: Error) => message);
    expect(JSON.stringify(refused)).not.toMatch(/does not exist|not permitted|not valid/i);
  });

  test('a second deploy with another speed changes the functions and replaces nothing', async () => {
    const told = await deploy(moto, stack.folder, 'dev', { speed: '10', idle: '5s' });
    expect(told).toContain('Region: us-east-1, from AWS_REGION');
    expect(told).toContain(
      `Start replays for one rule only, in the console under "Specify rule(s)": ${outputs.ReplayRuleArn}`,
    );
    // Of a default that has changed, CloudFormation takes notice by itself.
    const values = ['Speed=10', 'Idle=5s'].map((each) =>
      each.replace(/(.*)=(.*)/, 'ParameterKey=$1,ParameterValue=$2'),
    );
    const changed = [
      '--stack-name',
      'ordered-replay-dev',
      '--use-previous-template',
      '--parameters',
      ...values,
    ];
    await moto.aws('cloudformation', 'update-stack', ...changed);
    for (const name of ['collect', 'sequence']) {
      const { Environment } = await moto.aws(
        'lambda',
        'get-function-configuration',
        ...['--function-name', `ordered-replay-dev-${name}`],
      );
      expect(Environment.Variables).toMatchObject({ SPEED: '10', IDLE: '5s', GROUP_COUNT: '25' });
    }
    expect(await outputsOf(moto, 'dev')).toEqual(outputs);
  });

  test('sls remove leaves nothing behind but the bus and the archive, which can be deleted then', async () => {
    expect(await inventoryOf(moto)).not.toEqual(before);
    const told = await sls(stack.folder, moto.endpoint, 'remove', '--stage', 'dev');
    expect(told).toContain('has been successfully removed');
    const kept = { archives: ['ordered-replay-dev'], buses: ['default', 'ordered-replay-dev'] };
    const left = await inventoryOf(moto);
    expect(left).toMatchObject(kept);
    await deleteKept(moto, 'dev');
    expect(await inventoryOf(moto)).toEqual(before);
  });
});
