import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder } from '../world/figures';
import { depthOf, redriveMended } from '../world/queues';
import { type Case, consumed, replayOf } from './case';

/** The ninth cannot be ordered: its tiebreaker is a boolean. */
const withOneThatCannotBeOrdered = () =>
  happen(24, (n) => ({ second: n * 5, ...(n === 9 && { sequence: true }) }));

export const redrivenBeforeTheSeal: Case = {
  title: 'a replay with a dead letter is INCOMPLETE, and goes on by itself when that is redriven',
  reaches: 'deadLetterIsMended',
  async run(world) {
    const { emulator, stacks, milestones } = world;
    await milestones.throttlingIsOver.reached;
    const events = withOneThatCannotBeOrdered();
    const replay = await replayOf(world, events, { name: 'redriven', stage: 'side' });
    const incomplete = await replay.reaches('INCOMPLETE');
    expect(incomplete).toMatchObject({ dead: 1, late: 0 });
    expect(incomplete.reason).toMatch(/^1 event\(s\) in the dead-letter queue\. Redrive or purge it/);
    expect(await replay.delivered()).toEqual([]);
    await redriveMended(emulator, stacks.side);
    milestones.deadLetterIsMended.reach();
    const row = await replay.reaches('DONE');
    await consumed(replay, 24);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 24, late: 0, dead: 0, checkpoint: { released: 24 } });
    expect(row.reason).toBeUndefined();
  },
};

export const redrivenAfterTheSeal: Case = {
  title: 'with onMissing=continue a dead letter is left out; redriven after the seal it is held as late',
  reaches: 'lateIsHeld',
  async run(world) {
    const { emulator, stacks, milestones } = world;
    const events = withOneThatCannotBeOrdered();
    const options = { name: 'late', stage: 'late', description: 'onMissing=continue' } as const;
    const replay = await replayOf(world, events, options);
    const dead = async () => (await depthOf(emulator, stacks.late, 'DeadLettersQueueUrl')) === 1;
    await eventually('the event is dead', dead);
    const sealed = await replay.reaches('DONE');
    expect(sealed).toMatchObject({ collected: 23, late: 0, dead: 1 });
    await redriveMended(emulator, stacks.late);
    await eventually('the event is late', async () => (await replay.row())?.late === 1);
    expect((await replay.arrived()).filter(({ late }) => late)).toHaveLength(1);
    expect(await depthOf(emulator, stacks.late, 'OverflowQueueUrl')).toBe(0);
    await consumed(replay, 23);
    await expectAllInOrder(
      replay,
      events.filter(({ n }) => n !== 9),
    );
    expect(await replay.row()).toMatchObject({ phase: 'DONE', collected: 23, late: 1 });
    milestones.lateIsHeld.reach();
  },
};
