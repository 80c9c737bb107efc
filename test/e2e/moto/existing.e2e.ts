import type { StackCopy } from '../../stack/stack-copy';
import { sls } from '../support/sls';
import { describeWith } from '../support/tools';
import { physicalIdsOf, templateOf } from './deployed-template';
import { inventoryOf } from './inventory';
import { copyStackForMoto, deleteKept, deploy, type Moto, outputsOf, startMoto } from './moto';

jest.setTimeout(400_000);

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:replay-alarms';
const ORDERS = 'arn:aws:events:us-east-1:123456789012:event-bus/orders';

describeWith('python', 'a bus and an archive that are there already', () => {
  let moto: Moto;
  let stack: StackCopy;
  let empty: Record<string, string[]>;
  let untouched: unknown;

  /** All that can be read of them, and of the rule that serves the live events. */
  async function describeExisting() {
    const [bus, archive, live] = [
      await moto.aws('events', 'describe-event-bus', '--name', 'orders'),
      await moto.aws('events', 'describe-archive', '--archive-name', 'orders-archive'),
      await moto.aws('events', 'describe-rule', '--name', 'live', '--event-bus-name', 'orders'),
    ];
    const tags = await moto.aws('events', 'list-tags-for-resource', '--resource-arn', ORDERS);
    return { bus, archive, live, tags };
  }

  beforeAll(async () => {
    moto = await startMoto();
    stack = await copyStackForMoto();
    const { aws } = moto;
    await aws('events', 'create-event-bus', '--name', 'orders', '--tags', 'Key=team,Value=shop');
    await aws(
      'events',
      'create-archive',
      ...['--archive-name', 'orders-archive', '--event-source-arn', ORDERS],
      ...['--event-pattern', '{"source":["shop"]}', '--retention-days', '30', '--description', 'The orders'],
    );
    const pattern = '{"source":["shop"],"replay-name":[{"exists":false}]}';
    await aws(
      'events',
      'put-rule',
      '--name',
      'live',
      '--event-bus-name',
      'orders',
      '--event-pattern',
      pattern,
    );
    await aws('sns', 'create-topic', '--name', 'replay-alarms');
    empty = await inventoryOf(moto);
    untouched = await describeExisting();
    await deploy(moto, stack.folder, 'prod', {
      eventBusName: 'orders',
      archiveName: 'orders-archive',
      replayNamePrefix: 'ordered-',
      alarmTopicArn: TOPIC,
      speed: 'max',
      retentionDays: '3',
      logRetentionDays: '30',
    });
  });
  afterAll(async () => {
    await moto?.stop();
    await stack?.remove();
  });

  test('a deploy that attaches to them leaves both as they were, and makes no other', async () => {
    expect(await describeExisting()).toEqual(untouched);
    const { buses, archives } = await inventoryOf(moto);
    expect({ buses, archives }).toEqual({ buses: ['default', 'orders'], archives: ['orders-archive'] });
    expect(await outputsOf(moto, 'prod')).toMatchObject({
      EventBusName: 'orders',
      ArchiveArn: 'arn:aws:events:us-east-1:123456789012:archive/orders-archive',
      ReplayRuleArn: 'arn:aws:events:us-east-1:123456789012:rule/orders/ordered-replay-prod-replays',
    });
  });

  test('replayNamePrefix: the rule takes replays of such a name only', async () => {
    const name = ['--name', 'ordered-replay-prod-replays', '--event-bus-name', 'orders'];
    const { EventPattern } = await moto.aws('events', 'describe-rule', ...name);
    expect(JSON.parse(EventPattern)).toEqual({ 'replay-name': [{ prefix: 'ordered-' }] });
    const { SequenceFunctionRole } = await physicalIdsOf(moto, 'prod');
    const policy = ['--role-name', SequenceFunctionRole as string, '--policy-name', 'sequence'];
    const { PolicyDocument } = await moto.aws('iam', 'get-role-policy', ...policy);
    expect(PolicyDocument).toContain(':replay/ordered-*');
  });

  test('speed, retentionDays and logRetentionDays reach the functions and the log groups', async () => {
    const { Environment } = await moto.aws(
      'lambda',
      'get-function-configuration',
      ...['--function-name', 'ordered-replay-prod-sequence'],
    );
    expect(Environment.Variables).toMatchObject({ SPEED: 'max', RETENTION_DAYS: '3' });
    const { logGroups } = await moto.aws('logs', 'describe-log-groups');
    // As text, where AWS has numbers.
    expect(
      logGroups.map(({ retentionInDays }: { retentionInDays: string }) => Number(retentionInDays)),
    ).toEqual([30, 30, 30, 30, 30]);
  });

  test('alarmTopicArn: every alarm of the deployed template tells it, and the rule is watched on that bus', async () => {
    const { Stacks } = await moto.aws(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      'ordered-replay-prod',
    );
    expect(Stacks[0].Parameters).toContainEqual({ ParameterKey: 'AlarmTopicArn', ParameterValue: TOPIC });
    const alarms = (await templateOf(moto, 'prod')).ofType('AWS::CloudWatch::Alarm');
    expect(alarms).toHaveLength(7);
    for (const [, { Properties }] of alarms) expect(Properties.AlarmActions).toEqual([TOPIC]);
    expect(Object.fromEntries(alarms).UndeliveredAlarm?.Properties.Dimensions).toEqual([
      { Name: 'RuleName', Value: 'ordered-replay-prod-replays' },
      { Name: 'EventBusName', Value: 'orders' },
    ]);
  });

  test('other stages stand beside it: one with a bus of its own, one on the default bus with its own archive', async () => {
    await deploy(moto, stack.folder, 'dev');
    await deploy(moto, stack.folder, 'web', { eventBusName: 'default', archiveRetentionDays: '7' });
    const { rules, archives, 'state machines': machines } = await inventoryOf(moto);
    expect(rules).toEqual(
      expect.arrayContaining([
        'default/ordered-replay-web-replays',
        'ordered-replay-dev/ordered-replay-dev-replays',
        'orders/live',
        'orders/ordered-replay-prod-replays',
      ]),
    );
    expect(archives).toEqual(['ordered-replay-dev', 'ordered-replay-web', 'orders-archive']);
    expect(machines).toHaveLength(6);
    const archive = await moto.aws('events', 'describe-archive', '--archive-name', 'ordered-replay-web');
    expect(archive.EventSourceArn).toBe('arn:aws:events:us-east-1:123456789012:event-bus/default');
    expect(Number(archive.RetentionDays)).toBe(7);
    const stages = await Promise.all(['prod', 'dev', 'web'].map((stage) => physicalIdsOf(moto, stage)));
    // The healer's function and the rule that calls it have one name.
    const made = stages.flatMap((ids) => [...new Set(Object.values(ids).filter(Boolean))]);
    expect(new Set(made).size).toBe(made.length);
    expect(await describeExisting()).toEqual(untouched);
  });

  test('sls remove of one stage leaves the others, the bus and the archive', async () => {
    const ids = Object.values(await physicalIdsOf(moto, 'dev'));
    await sls(stack.folder, moto.endpoint, 'remove', '--stage', 'prod');
    expect(await describeExisting()).toEqual(untouched);
    expect(Object.values(await physicalIdsOf(moto, 'dev'))).toEqual(ids);
    const left = JSON.stringify(await inventoryOf(moto));
    expect(left).not.toContain('ordered-replay-prod');
    expect(left).toContain('ordered-replay-dev-collect');
    expect(left).toContain('ordered-replay-web-collect');
  });

  describe('the archive that a stage made', () => {
    const kept = async () => {
      const archive = await moto.aws('events', 'describe-archive', '--archive-name', 'ordered-replay-dev');
      const bus = await moto.aws('events', 'describe-event-bus', '--name', 'ordered-replay-dev');
      return { archive: archive.ArchiveArn, state: archive.State, bus: bus.Arn, of: archive.EventSourceArn };
    };
    const policiesOf = async () => {
      const { TemplateBody } = await moto.aws(
        'cloudformation',
        'get-template',
        '--stack-name',
        'ordered-replay-dev',
      );
      const { Resources } = typeof TemplateBody === 'string' ? JSON.parse(TemplateBody) : TemplateBody;
      return ['EventBus', 'Archive'].map((id) => [
        Resources[id].DeletionPolicy,
        Resources[id].UpdateReplacePolicy,
      ]);
    };

    test('is there, with its bus, when parameters take both out of the stack', async () => {
      const before = await kept();
      expect(before.of).toBe(before.bus);
      await deploy(moto, stack.folder, 'dev', { eventBusName: 'orders', archiveName: 'orders-archive' });
      const { Stacks } = await moto.aws(
        'cloudformation',
        'describe-stacks',
        '--stack-name',
        'ordered-replay-dev',
      );
      expect(Stacks[0].Parameters).toContainEqual({
        ParameterKey: 'ArchiveName',
        ParameterValue: 'orders-archive',
      });
      expect(await kept()).toEqual(before);
      // What AWS goes by; moto deletes nothing because of a condition.
      expect(await policiesOf()).toEqual([
        ['Retain', 'Retain'],
        ['Retain', 'Retain'],
      ]);
    });

    test('is there when its stack is gone, and can be attached to the stage of before', async () => {
      const before = await kept();
      await sls(stack.folder, moto.endpoint, 'remove', '--stage', 'dev');
      expect(await kept()).toEqual(before);
      const names = { eventBusName: 'ordered-replay-dev', archiveName: 'ordered-replay-dev' };
      await deploy(moto, stack.folder, 'dev', names);
      expect(await outputsOf(moto, 'dev')).toMatchObject({
        ArchiveArn: before.archive,
        EventBusName: 'ordered-replay-dev',
      });
      const { rules } = await inventoryOf(moto);
      expect(rules).toContain('ordered-replay-dev/ordered-replay-dev-replays');
      expect(await kept()).toEqual(before);
    });
  });

  test('sls remove of all stages leaves the account as it was, but for the archives that they made', async () => {
    for (const stage of ['dev', 'web']) await sls(stack.folder, moto.endpoint, 'remove', '--stage', stage);
    const { archives } = await inventoryOf(moto);
    expect(archives).toEqual(['ordered-replay-dev', 'ordered-replay-web', 'orders-archive']);
    await deleteKept(moto, 'dev');
    await moto.aws('events', 'delete-archive', '--archive-name', 'ordered-replay-web');
    expect(await inventoryOf(moto)).toEqual(empty);
    expect(await describeExisting()).toEqual(untouched);
  });
});
