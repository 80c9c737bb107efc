import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { expectAllInOrder, judge } from '../world/figures';
import { type Case, consumed, replayOf } from './case';

export const failsTwice: Case = {
  title: 'a consumer that fails twice on an event gets it again before anything later',
  async run(world) {
    const events = happen(30, (n) => ({ second: n, ...(n === 11 && { fails: 'twice' }) }));
    const replay = await replayOf(world, events, { name: 'fails-twice' });
    const row = await replay.reaches('DONE');
    await consumed(replay, 30, 'twice');
    const { redelivered } = await expectAllInOrder(replay, events, { consumer: 'twice' });
    const order = (await replay.delivered('twice')).map(({ n }) => n);
    expect(order.filter((n) => n === 11)).toHaveLength(3);
    expect(order.indexOf(12)).toBeGreaterThan(order.lastIndexOf(11));
    expect(redelivered).toBeGreaterThanOrEqual(2);
    expect(row).toMatchObject({ collected: 30, checkpoint: { released: 30 } });
  },
};

export const neverSucceeds: Case = {
  title: 'a consumer that never succeeds on an event gets nothing later, and others get everything',
  async run(world) {
    const events = happen(20, (n) => ({ second: n, ...(n === 7 && { fails: 'never' }) }));
    const replay = await replayOf(world, events, { name: 'never-succeeds' });
    const row = await replay.reaches('DONE');
    await consumed(replay, 20);
    await expectAllInOrder(replay, events);
    const attempts = async () => (await replay.delivered('never')).filter(({ n }) => n === 7).length;
    await eventually('four attempts at the poison event', async () => (await attempts()) >= 4);
    const delivered = await replay.delivered('never');
    expect(Math.max(...delivered.map(({ n }) => n))).toBe(7);
    expect(judge(events.slice(0, 8), delivered, () => '')).toMatchObject({ violations: 0, lost: 0 });
    expect(row).toMatchObject({ collected: 20, checkpoint: { released: 20 } });
  },
};
