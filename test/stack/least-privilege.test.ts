import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReplayRow } from '../../src/core/replay/row';
import type { ApiCall } from '../../src/local/api-call';
import { LOCAL } from '../../src/local/resource-names';
import { applies, type Grant } from '../support/iam';
import { type AccessLog, driftBetween, grantsIn, lineOf, mayCall, recordAccess, requestOf } from './access';
import { BY_AWS_ITSELF } from './aws-itself';
import { listedGrants } from './listed-grants';
import { localArn } from './local-arns';
import { PACKAGING_MS, packageStack } from './package-stack';
import type { Template } from './template';
import { playWholeStory } from './whole-story';

/** The packaged template's policies, and every call that its functions and state machines make. */

const PLAYING_MS = 180_000;
const ADAPTERS = path.join(__dirname, '../../src/aws');

let template: Template;
let grants: Grant[];
let access: AccessLog;
let story: Record<string, Partial<ReplayRow>>;

beforeAll(async () => {
  ({ template } = await packageStack());
  grants = grantsIn(template);
  access = recordAccess(grants);
  story = await playWholeStory(access.authorize).catch((cause: Error) => {
    throw new Error(`${cause.message}. Denied: ${access.denied().join(', ') || 'nothing'}`, { cause });
  });
}, PACKAGING_MS + PLAYING_MS);

const byAwsItself = BY_AWS_ITSELF.flatMap(({ principals, actions, resource }) =>
  principals.flatMap((principal) =>
    actions.map((action) => ({
      principal,
      action,
      resource: resource === '*' ? resource : localArn(resource),
    })),
  ),
);
const isRole = ({ principal }: { principal: string }) => principal.endsWith('Role');

describe('the story that is played', () => {
  test('reaches every end of a replay, by every road', () => {
    expect(story).toMatchObject({
      plain: { phase: 'DONE', collected: 15, late: 1 },
      keyed: { phase: 'DONE', collected: 16, generation: 2 },
      poisoned: { phase: 'DONE', collected: 1 },
      wrong: { phase: 'FAILED' },
      cancelled: { phase: 'CANCELLED' },
      dead: { phase: 'DONE', generation: 2 },
    });
    expect(story.plain?.checkpoint?.duplicates).toBeGreaterThan(0);
  });

  test('sends every command that the adapters have, and no other', async () => {
    const files = (await readdir(ADAPTERS)).filter((name) => name !== 'tables.ts');
    const all = await Promise.all(files.map((name) => readFile(path.join(ADAPTERS, name), 'utf8')));
    // Those of a person's requests have no role of the stack.
    const sources = all.filter((source) => !source.includes("from '../operator/ports'"));
    const commands = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/g)]);
    const byFunctions = access
      .calls()
      .filter(({ principal }) => /FunctionRole$/.test(principal))
      .map(({ action }) => action.replace(/^\w+:/, ''));
    // These two are the mapping's.
    expect(new Set(byFunctions)).toEqual(
      new Set([...commands.map(([, command]) => command), 'ReceiveMessage', 'DeleteMessage']),
    );
  });

  test('is told by the roles that the template gives to the functions, the state machines and the rule', () => {
    const { roles } = LOCAL;
    const roleOf = (logicalId: string) => JSON.stringify(template.get(logicalId).Properties);
    expect(roleOf('CollectLambdaFunction')).toContain(`"Role":{"Fn::Sub":"\${${roles.collect}.Arn}"}`);
    expect(roleOf('SequenceLambdaFunction')).toContain(`"Role":{"Fn::Sub":"\${${roles.sequence}.Arn}"}`);
    expect(roleOf('HealLambdaFunction')).toContain(`"Role":{"Fn::Sub":"\${${roles.heal}.Arn}"}`);
    for (const [logicalId, role] of [
      ['CollectStateMachine', roles.collectMachine],
      ['SequenceStateMachine', roles.sequenceMachine],
      ['ReplayRule', roles.rule],
    ] as const) {
      expect(roleOf(logicalId)).toContain(`"RoleArn":{"Fn::GetAtt":["${role}","Arn"]}`);
    }
  });
});

describe('least privilege', () => {
  test('every call is allowed', () => {
    expect(access.denied()).toEqual([]);
  });

  test('every grant is used, but for those that AWS itself uses', () => {
    expect(driftBetween(grants, access.calls()).notUsed).toEqual(byAwsItself.map(lineOf).sort());
  });

  test('a resource is named wherever it has a name', () => {
    const open = grants.filter(({ action, resource }) => /[*?]/.test(`${action}${resource}`));
    const lines = new Set(open.filter(({ effect }) => effect === 'Allow').map(lineOf));
    const replays = `arn:aws:events:${LOCAL.region}:${LOCAL.account}:replay/*`;
    const executions = `${LOCAL.sequenceMachineArn.replace(':stateMachine:', ':execution:')}:*`;
    expect(lines).toEqual(
      new Set([
        // Whoever starts a replay names it.
        `SequenceFunctionRole: events:DescribeReplay on ${replays}`,
        // The executions of one state machine: each has the name of its replay.
        `HealFunctionRole: states:DescribeExecution on ${executions}`,
        // These either name a log group's streams, or have no resource to name.
        ...byAwsItself.filter(({ action }) => action.startsWith('logs:')).map(lineOf),
      ]),
    );
  });

  test('the list that other suites are held to says what the template says', () => {
    expect(grants.filter(isRole).map(lineOf).sort()).toEqual(listedGrants().map(lineOf).sort());
  });

  test('what an adapter reads for an engine that does not send the old item along is granted to nobody', () => {
    const reads = (principal: string, table: string): ApiCall => ({
      principal,
      action: 'dynamodb:GetItem',
      resource: localArn(table),
    });
    expect(mayCall(grants, reads(LOCAL.roles.collect, 'EventBuffer'))).toBe(false);
    expect(mayCall(grants, reads(LOCAL.roles.sequence, 'OrderedEvents'))).toBe(false);
    expect(mayCall(grants, reads(LOCAL.roles.sequence, 'Replays'))).toBe(true);
  });

  test('EventBridge may send to the side road for the rule, and for no other of its resources', () => {
    const send = access.calls().find(({ principal }) => principal === 'events.amazonaws.com') as ApiCall;
    expect(send).toMatchObject({ action: 'sqs:SendMessage', resource: LOCAL.overflow.arn });
    expect(mayCall(grants, send)).toBe(true);
    expect(mayCall(grants, { ...send, sourceArn: `${LOCAL.ruleArn}-of-somebody-else` })).toBe(false);
    expect(mayCall(grants, { ...send, resource: LOCAL.deadLetters.arn })).toBe(false);
  });
});

describe('the comparison notices', () => {
  const isPlayed = (grant: Grant) =>
    grant.effect === 'Allow' && !byAwsItself.some((each) => lineOf(each as Grant) === lineOf(grant));

  test('each grant that is taken away', () => {
    const played = grants.filter(isPlayed);
    expect(played.length).toBeGreaterThan(15);
    for (const grant of played) {
      const { notGranted } = driftBetween(
        grants.filter((each) => each !== grant),
        access.calls(),
      );
      expect(notGranted.length).toBeGreaterThan(0);
      for (const line of notGranted) expect(line).toContain(`${grant.principal}: ${grant.action} on`);
    }
  });

  test('a call that is new', () => {
    const call = {
      principal: LOCAL.roles.sequence,
      action: 'dynamodb:Scan',
      resource: localArn('EventBuffer'),
    };
    expect(() => recordAccess(grants).authorize(call)).toThrow(
      expect.objectContaining({ name: 'AccessDeniedException', message: expect.stringContaining('Scan') }),
    );
    expect(driftBetween(grants, [...access.calls(), call]).notGranted).toEqual([lineOf(call)]);
  });

  test('a grant that nothing needs: of an action, of a resource, of a role', () => {
    const [first] = grants.filter(
      ({ principal, action }) => principal === LOCAL.roles.collect && action === 'dynamodb:PutItem',
    );
    for (const change of [
      { action: 'dynamodb:DeleteItem' },
      { resource: localArn('OrderedEvents') },
      { principal: LOCAL.roles.sequence },
    ]) {
      const added = { ...(first as Grant), ...change };
      expect(driftBetween([...grants, added], access.calls()).notUsed).toContain(lineOf(added));
    }
  });

  test('a denial', () => {
    const call = access.calls().find(isRole) as ApiCall;
    const denial: Grant = { ...call, effect: 'Deny', resource: '*' };
    expect(applies(denial, requestOf(call))).toBe(true);
    expect(driftBetween([...grants, denial], access.calls()).notGranted).toContain(lineOf(call));
  });
});
