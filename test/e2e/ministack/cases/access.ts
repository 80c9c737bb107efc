import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { type Case, replayOf, type World } from './case';

/** Without this the other cases would not show that the roles are asked for at all. */
export const refused: Case = {
  title: 'IAM is enforced: a function and a state machine whose role loses its policy are refused',
  async run(world) {
    const { emulator, stacks, milestones } = world;
    const { cli } = emulator;
    await milestones.lateIsHeld.reached;
    const { stage, outputs } = stacks.late;

    const releaseFunction = `ordered-replay-${stage}-release`;
    const { Role } = await cli('lambda', 'get-function-configuration', '--function-name', releaseFunction);
    await takePolicy(world, Role, 'release');
    const events = happen(5, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'function-refused', stage });
    const log = ['--log-group-name', `/aws/lambda/${releaseFunction}`];
    await eventually('release is refused', async () => {
      const { events: lines } = await cli('logs', 'filter-log-events', ...log);
      return lines.some(({ message }: { message: string }) =>
        /"function-refused".*AccessDenied/.test(message),
      );
    });
    expect((await replay.row())?.options).toBeUndefined();

    const machine = ['--state-machine-arn', outputs.CollectStateMachineArn as string];
    const { roleArn } = await cli('stepfunctions', 'describe-state-machine', ...machine);
    await takePolicy(world, roleArn, 'collect');
    const { name } = await replayOf(world, events, { name: 'machine-refused', stage });
    const failed = async () => {
      const { executions } = await cli(
        'stepfunctions',
        'list-executions',
        ...machine,
        '--status-filter',
        'FAILED',
      );
      return executions.length === events.length && executions;
    };
    const [{ executionArn }] = await eventually('every execution of collect is refused', failed);
    const execution = await cli('stepfunctions', 'describe-execution', '--execution-arn', executionArn);
    expect(execution).toMatchObject({ error: 'AccessDeniedException' });
    expect(JSON.parse(execution.input)['replay-name']).toBe(name);
  },
};

async function takePolicy({ emulator }: World, roleArn: string, policy: string): Promise<void> {
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  await emulator.cli('iam', 'delete-role-policy', '--role-name', role, '--policy-name', policy);
}
