import type { StackCopy } from '../../stack/stack-copy';
import type { Template } from '../../stack/template';
import { actionMatches } from '../../support/iam';
import { sls } from '../support/sls';
import { describeWith } from '../support/tools';
import { physicalIdsOf, templateOf } from './deployed-template';
import { handlerPermissions, SPARED } from './handler-permissions';
import { copyStackForMoto, deploy, type Moto, startMoto } from './moto';
import { mayDeploy, type RequestContext, readDeployPolicy } from './policy';
import { type RecordedCall, startRecorder } from './recorded-calls';
import { arn, arnOfCall, requestsOf, role } from './requests';

jest.setTimeout(300_000);

const policy = readDeployPolicy();
describeWith('python', 'the permissions in docs/deploy-policy.json', () => {
  let calls: RecordedCall[];
  let template: Template;
  let ids: Record<string, string>;
  let permissions: Map<string, string[]>;

  beforeAll(async () => {
    const stack = await copyStackForMoto();
    try {
      ({ calls, template, ids } = await recordALife(stack));
    } finally {
      await stack.remove();
    }
    const types = [...new Set(Object.values(template.resources).map(({ Type }) => Type))];
    permissions = new Map(
      await Promise.all(types.map(async (type) => [type, await handlerPermissions(type)] as const)),
    );
  });

  const propertiesOf = (type: string) =>
    JSON.stringify(template.ofType(type).map(([, { Properties }]) => Properties));
  const sparedBy = (type: string, permission: string) =>
    [...(SPARED['*'] ?? []), ...(SPARED[type] ?? [])].find(({ permissions: spared }) =>
      spared.test(permission),
    );

  test('cover every call of sls deploy, info and remove', () => {
    expect(new Set(calls.map(({ action }) => action)).size).toBeGreaterThan(15);
    const refused = calls.filter(
      ({ action, resource }) => !mayDeploy(policy, action, arnOfCall(action, resource)),
    );
    expect(refused).toEqual([]);
  });

  test('cover what CloudFormation does for every resource of the template', () => {
    expect(permissions.size).toBe(15);
    const refused = Object.entries(template.resources).flatMap(([id, resource]) =>
      (permissions.get(resource.Type) ?? [])
        .filter((permission) => !sparedBy(resource.Type, permission))
        .filter((permission) =>
          requestsOf(permission, id, resource, ids).some(
            (request) => !mayDeploy(policy, permission, request.arn, request.context),
          ),
        )
        .map((permission) => `${id}: ${permission}`),
    );
    expect(refused).toEqual([]);
  });

  test('leave out what only other properties would need, and the template has none of them', () => {
    const needed = [...permissions].flatMap(([type, all]) =>
      all.flatMap((permission) => {
        const spared = sparedBy(type, permission);
        return spared?.unless.test(propertiesOf(type)) ? [`${type}: ${permission}, ${spared.unless}`] : [];
      }),
    );
    expect(needed).toEqual([]);
  });

  test('have nothing that neither sls nor CloudFormation needs', () => {
    const used = [
      ...calls.map(({ action }) => action),
      ...[...permissions].flatMap(([type, all]) => all.filter((permission) => !sparedBy(type, permission))),
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-add-tags.html
      'cloudformation:TagResource',
    ];
    const granted = policy.grants.map(({ action }) => action);
    const idle = granted.filter((pattern) => !used.some((action) => actionMatches(pattern, action)));
    expect(idle).toEqual([]);
  });

  test('reach nothing that is not named after this service', () => {
    const others: [action: string, arn: string, context?: RequestContext][] = [
      ['dynamodb:DeleteTable', arn('dynamodb', 'table/orders')],
      ['events:DeleteArchive', arn('events', 'archive/orders-archive')],
      ['events:DeleteEventBus', arn('events', 'event-bus/orders')],
      ['events:PutRule', arn('events', 'rule/orders/live')],
      ['events:PutTargets', arn('events', 'rule/live')],
      ['lambda:UpdateFunctionCode', arn('lambda', 'function:orders')],
      [
        'lambda:DeleteEventSourceMapping',
        arn('lambda', 'event-source-mapping:1'),
        { 'lambda:FunctionArn': arn('lambda', 'function:orders') },
      ],
      ['lambda:DeleteEventSourceMapping', arn('lambda', 'event-source-mapping:1')],
      ['iam:PutRolePolicy', role('Admin')],
      ['iam:PassRole', role('Admin'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
      ['iam:PassRole', role('ordered-replay-dev-x'), { 'iam:PassedToService': 'ec2.amazonaws.com' }],
      ['sqs:DeleteQueue', arn('sqs', 'orders')],
      ['s3:DeleteObject', 'arn:aws:s3:::orders/1'],
      ['logs:DeleteLogGroup', arn('logs', 'log-group:/aws/lambda/orders')],
      ['states:DeleteStateMachine', arn('states', 'stateMachine:orders')],
      ['cloudwatch:DeleteAlarms', arn('cloudwatch', 'alarm:orders')],
      ['cloudformation:DeleteStack', arn('cloudformation', 'stack/orders/1')],
      // Nor what is in the tables and queues.
      ['dynamodb:GetItem', arn('dynamodb', 'table/ordered-replay-dev-EventBuffer-1')],
      ['sqs:ReceiveMessage', arn('sqs', 'ordered-replay-dev-Overflow-1')],
    ];
    expect(others.filter(([action, other, context]) => mayDeploy(policy, action, other, context))).toEqual(
      [],
    );
    const everywhere = policy.statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(everywhere.map(({ Sid }) => Sid)).toEqual(['NoResourceToName', 'QueueMapping']);
  });

  test('fit into one managed policy', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(policy.text.replace(/\s/g, '').length).toBeLessThanOrEqual(6_144);
  });
});

/** Deploys, asks, changes and removes a stage, and keeps every call; what was made is looked at in between. */
async function recordALife({ folder }: StackCopy) {
  const moto = await startMoto();
  try {
    return await recorded(moto, folder);
  } finally {
    await moto.stop();
  }
}

async function recorded(moto: Moto, folder: string) {
  const recorder = await startRecorder(moto.endpoint);
  try {
    await deploy(moto, folder, 'dev', {}, recorder.endpoint);
    await sls(folder, recorder.endpoint, 'info', '--stage', 'dev');
    await deploy(moto, folder, 'dev', { speed: '10' }, recorder.endpoint);
    const [template, ids] = [await templateOf(moto, 'dev'), await physicalIdsOf(moto, 'dev')];
    await sls(folder, recorder.endpoint, 'remove', '--stage', 'dev');
    return { calls: recorder.calls, template, ids };
  } finally {
    await recorder.close();
  }
}
