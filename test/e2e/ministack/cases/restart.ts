import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder } from '../world/figures';
import { type Case, consumed, describeSequencer, replayOf } from './case';

export const restart: Case = {
  title: 'a release whose world ends in its middle goes on where it was, with the next generation',
  async run(world) {
    const { emulator, stacks, milestones } = world;
    // Begun so late that it is being released when the others are done: nobody else can be there when all ends.
    await milestones.deadLetterIsMended.reached;
    const events = happen(80, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'restart', description: 'speed=1' });
    await replay.reaches('RELEASING');
    await eventually('some are delivered', async () => (await replay.delivered()).length >= 10);
    await milestones.allButTheRestart.reached;
    await emulator.restart();
    const before = (await replay.delivered()).length;
    expect(before).toBeLessThan(80);
    expect(await replay.row()).toMatchObject({ phase: 'RELEASING', generation: 1 });
    expect(await describeSequencer(world, replay, 1)).toMatchObject({ status: 'FAILED' });
    // As docs/errors.md says: a sequencer that ended before its replay.
    await emulator.cli(
      ...['stepfunctions', 'start-execution', '--name', `${replay.name}.2`],
      ...['--state-machine-arn', stacks.main.outputs.SequenceStateMachineArn as string],
      ...['--input', JSON.stringify({ replay: replay.name, generation: 2 })],
    );
    const row = await replay.reaches('DONE');
    await consumed(replay, 80);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 80, generation: 2, late: 0, checkpoint: { released: 80 } });
  },
};
