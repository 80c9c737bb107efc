import { join } from 'node:path';
import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder } from '../world/figures';
import type { Replay } from '../world/replay';
import { type Case, consumed, describeSequencer, editRow, replayOf, type World } from './case';

const EVENTS = 80;
const events = happen(EVENTS, (n) => ({ second: n }));

export const restart: Case = {
  title: 'a release whose world ends in its middle is found by the healer and goes on where it was',
  async run(world) {
    const { emulator, milestones } = world;
    // Begun so late that it is being released when the others are done: nobody else can be there when all ends.
    await milestones.deadLetterIsMended.reached;
    let replay = await beingReleased(world, 'restart');
    await milestones.allButTheRestart.reached;
    // Should they have taken so long that it is nearly over, another one has the world to itself.
    if ((await replay.delivered()).length > EVENTS / 2) replay = await beingReleased(world, 'restart-again');
    await emulator.restart();
    const before = (await replay.delivered()).length;
    expect(before).toBeLessThan(EVENTS);
    expect(await replay.row()).toMatchObject({ phase: 'RELEASING', generation: 1 });
    expect(await describeSequencer(world, replay, 1)).toMatchObject({ status: 'FAILED' });
    // As when the twenty minutes of the lease are over. Then the healer looks, called by hand as by its schedule.
    await editRow(world, replay, 'leaseUntil', new Date(Date.now() - 1_000).toISOString());
    const heal = ['--function-name', 'ordered-replay-main-heal'];
    const answer = await emulator.cli('lambda', 'invoke', ...heal, join(emulator.folder, 'healed.json'));
    expect(answer).not.toHaveProperty('FunctionError');
    expect(await replay.row()).toMatchObject({ generation: 2 });
    const row = await replay.reaches('DONE');
    await consumed(replay, EVENTS);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({
      collected: EVENTS,
      generation: 2,
      late: 0,
      checkpoint: { released: EVENTS },
    });
  },
};

/** A replay of which some events are delivered, and the rest takes more than a minute. */
async function beingReleased(world: World, name: string): Promise<Replay> {
  const replay = await replayOf(world, events, { name, description: 'speed=0.5' });
  await replay.reaches('RELEASING');
  await eventually('some are delivered', async () => (await replay.delivered()).length >= 10);
  return replay;
}
