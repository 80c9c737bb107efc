import { happen } from '../world/events';
import { expectAllInOrder } from '../world/figures';
import { type Case, consumed, replayOf } from './case';

/** From the due time until the consumer has it, on a machine that does much else. */
const LAG_MS = 20_000;

export const pace: Case = {
  title: 'speed and idle of the description set the pace: never early, long pauses cut',
  async run(world) {
    // Every two seconds, and after the eighth an hour's quarter of silence.
    const events = happen(12, (n) => ({ second: n * 2 + (n < 8 ? 0 : 900) }));
    const description = 'A look at the pace (speed=2, idle=12s).';
    const replay = await replayOf(world, events, { name: 'pace', description });
    const { releaseStartedAtMs = 0, ...row } = await replay.reaches('DONE');
    await consumed(replay, 12);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 12, options: { speed: '2', idle: '12s' } });
    for (const { n, atMs } of await replay.delivered()) {
      const dueMs = n * 1_000 + (n < 8 ? 0 : 11_000);
      expect(atMs - releaseStartedAtMs).toBeGreaterThanOrEqual(dueMs);
      expect(atMs - releaseStartedAtMs).toBeLessThan(dueMs + LAG_MS);
    }
  },
};
