import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder } from '../world/figures';
import { type Case, consumed, describeSequencer, replayOf, sequencerArn, startSequencer } from './case';

export const aborted: Case = {
  title: 'a sequencer that somebody aborts stays down, the row says so, and one started by hand goes on',
  async run(world) {
    const { emulator, stacks } = world;
    // A pause long enough for a `Wait`: no call of the function is under way that would go on by itself.
    const events = happen(10, (n) => ({ second: n + (n < 5 ? 0 : 90) }));
    const replay = await replayOf(world, events, { name: 'aborted', description: 'speed=1' });
    await replay.reaches('RELEASING');
    await consumed(replay, 5);
    await eventually('it waits', async () => Number((await replay.row())?.resumeAtMs) > Date.now() + 20_000);
    const execution = ['--execution-arn', sequencerArn(stacks.main, replay, 1)];
    await emulator.cli('stepfunctions', 'stop-execution', ...execution);
    const abortIsKnown = async () => {
      const row = await replay.row();
      return row?.abortedGeneration === 1 && row;
    };
    const told = await eventually('the healer has heard of it', abortIsKnown);
    expect(told).toMatchObject({ phase: 'RELEASING', generation: 1 });
    expect(told.warnings).toMatchObject([{ code: 'SequencerAborted' }]);
    expect(await describeSequencer(world, replay, 1)).toMatchObject({ status: 'ABORTED' });

    await startSequencer(world, replay, 2);
    const row = await replay.reaches('DONE');
    await consumed(replay, 10);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 10, generation: 2, late: 0, checkpoint: { released: 10 } });
    expect(row.warnings ?? []).toEqual([]);
    expect(row.abortedGeneration).toBeUndefined();
  },
};
