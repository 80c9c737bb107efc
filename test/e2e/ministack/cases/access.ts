import { join } from 'node:path';
import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import type { Replay } from '../world/replay';
import { type Case, replayOf, sequencerArn, type World } from './case';

/** How it shows that a role may no longer do what its work takes. */
type Refusal = (world: World, replay: Replay) => Promise<void>;

const EVENTS = 5;

/** From the end of the flow to its beginning: what comes before the role that is refused still works. */
const ROLES: [role: string, policy: string, isRefused: Refusal][] = [
  ['SequenceFunctionRole', 'sequence', sequenceFunctionIsRefused],
  ['SequenceStateMachineRole', 'sequence', sequenceIsRefused],
  ['CollectFunctionRole', 'collect', collectFunctionIsRefused],
  ['CollectStateMachineRole', 'collect', collectIsRefused],
  ['ReplayRuleRole', 'collect', ruleIsRefused],
];

/** Without this the other cases would not show that the roles are asked for at all. */
export const refused: Case = {
  title: 'IAM is enforced: each of the six roles is refused once it has lost its policy',
  async run(world) {
    await world.milestones.lateIsHeld.reached;
    await takePolicy(world, 'HealFunctionRole', 'heal');
    await healerIsRefused(world);
    for (const [role, policy, isRefused] of ROLES) {
      await takePolicy(world, role, policy);
      const events = happen(EVENTS, (n) => ({ second: n }));
      const replay = await replayOf(world, events, { name: `without-${role}`, stage: 'late' });
      await eventually(`EventBridge has replayed ${replay.name}`, () => isCompleted(world, replay));
      await isRefused(world, replay);
    }
  },
};

/** Called by hand, not to wait for its schedule. */
async function healerIsRefused(world: World): Promise<void> {
  const { cli, folder } = world.emulator;
  const heal = ['--function-name', 'ordered-replay-late-heal'];
  const answer = await cli('lambda', 'invoke', ...heal, join(folder, 'heal-answer.json'));
  expect(answer).toHaveProperty('FunctionError');
  expect(await linesOf(world, 'heal')).toContainEqual(expect.stringContaining('AccessDenied'));
}

async function sequenceFunctionIsRefused(world: World, replay: Replay): Promise<void> {
  const line = new RegExp(`"${replay.name}".*AccessDenied`);
  await eventually('sequence is refused', async () =>
    (await linesOf(world, 'sequence')).some((message) => line.test(message)),
  );
  expect((await replay.row())?.options).toBeUndefined();
}

async function sequenceIsRefused(world: World, replay: Replay): Promise<void> {
  const execution = ['--execution-arn', sequencerArn(world.stacks.late, replay, 1)];
  const failures = async () => {
    const { events } = await world.emulator.cli('stepfunctions', 'get-execution-history', ...execution);
    const failed = events.filter(({ type }: { type: string }) => type === 'TaskFailed');
    return failed.length > 0 && failed;
  };
  const [{ taskFailedEventDetails }] = await eventually('the sequencer is refused', failures);
  expect(taskFailedEventDetails).toMatchObject({
    error: 'AccessDeniedException',
    cause: expect.stringContaining('lambda:InvokeFunction'),
  });
  expect((await replay.row())?.options).toBeUndefined();
}

async function collectFunctionIsRefused(world: World, replay: Replay): Promise<void> {
  await eventually('collect is refused', async () =>
    (await linesOf(world, 'collect')).some((message) => message.includes('AccessDenied')),
  );
  // They fail for the next role's reason otherwise.
  await eventually('all is parked', async () => (await executionsOfCollect(world, 'RUNNING')).length === 0);
  expect(await replay.row()).toBeUndefined();
}

async function collectIsRefused(world: World, replay: Replay): Promise<void> {
  const failures = async () => {
    const failed = await executionsOfCollect(world, 'FAILED');
    return failed.length === EVENTS && failed;
  };
  const [arn = ''] = await eventually('every execution of collect is refused', failures);
  const execution = await world.emulator.cli('stepfunctions', 'describe-execution', '--execution-arn', arn);
  expect(execution).toMatchObject({ error: 'AccessDeniedException' });
  expect(JSON.parse(execution.input)['replay-name']).toBe(replay.name);
}

/** Nothing is started: of all that was, it is the executions that the role before it saw fail. */
async function ruleIsRefused(world: World): Promise<void> {
  expect(await executionsOfCollect(world, 'RUNNING')).toEqual([]);
  expect(await executionsOfCollect(world, 'FAILED')).toHaveLength(EVENTS);
}

async function takePolicy({ emulator: { cli } }: World, role: string, policy: string): Promise<void> {
  const which = ['--stack-name', 'ordered-replay-late', '--logical-resource-id', role];
  const { StackResources } = await cli('cloudformation', 'describe-stack-resources', ...which);
  const name = StackResources[0].PhysicalResourceId as string;
  await cli('iam', 'delete-role-policy', '--role-name', name, '--policy-name', policy);
}

async function isCompleted({ emulator: { cli } }: World, { name }: Replay): Promise<boolean> {
  const { State } = await cli('events', 'describe-replay', '--replay-name', name);
  return State === 'COMPLETED';
}

async function linesOf({ emulator: { cli } }: World, name: string): Promise<string[]> {
  const group = `/aws/lambda/ordered-replay-late-${name}`;
  const { events } = await cli('logs', 'filter-log-events', '--log-group-name', group);
  return events.map(({ message }: { message: string }) => message);
}

async function executionsOfCollect({ emulator, stacks }: World, status: string): Promise<string[]> {
  const machine = ['--state-machine-arn', stacks.late.outputs.CollectStateMachineArn as string];
  const list = ['list-executions', ...machine, '--status-filter', status];
  const { executions } = await emulator.cli('stepfunctions', ...list);
  return executions.map(({ executionArn }: { executionArn: string }) => executionArn);
}
