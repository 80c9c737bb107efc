import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder } from '../world/figures';
import { depthOf } from '../world/queues';
import { COLLECTORS, limitCollectors } from '../world/stacks';
import { type Case, consumed, replayOf } from './case';

export const throttled: Case = {
  title: 'events that a throttled collect cannot take go by the queue Overflow, and come out in order',
  reaches: 'throttlingIsOver',
  async run(world) {
    const { emulator, milestones } = world;
    const { side } = world.stacks;
    await limitCollectors(emulator, side, 0);
    const events = happen(25, (n) => ({ second: Math.floor(n / 2) }));
    const replay = await replayOf(world, events, { name: 'throttled', stage: 'side' });
    const parked = async () => (await depthOf(emulator, side, 'OverflowQueueUrl')) === 25;
    await eventually('all of it is in Overflow', parked, 60_000);
    expect(await replay.row()).toBeUndefined();
    await limitCollectors(emulator, side, COLLECTORS);
    milestones.throttlingIsOver.reach();
    const row = await replay.reaches('DONE');
    await consumed(replay, 25);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 25, late: 0, dead: 0, checkpoint: { released: 25 } });
  },
};

export const large: Case = {
  title: 'an event of 300 KB, too large for Step Functions, goes by the queue Overflow and has its place',
  async run(world) {
    // Nothing that could be deflated.
    const filling = randomBytes(225_000).toString('base64');
    const events = happen(10, (n) => ({ second: n, ...(n === 4 && { filling }) }));
    const replay = await replayOf(world, events, { name: 'large', by: 'cli' });
    const row = await replay.reaches('DONE');
    await consumed(replay, 10);
    await expectAllInOrder(replay, events);
    const largest = (await replay.delivered()).find(({ n }) => n === 4);
    expect(largest?.bytes).toBeGreaterThan(300_000);
    // Overflow is where the rule sends what the state machine refuses, and whence the event must have come.
    const refused = await readFile(join(world.emulator.folder, 'refused.txt'), 'utf8');
    expect(refused).toBe(`${largest?.id}\n`);
    expect(row).toMatchObject({ collected: 10, late: 0, dead: 0 });
  },
};
