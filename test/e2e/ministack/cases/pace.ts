import { happen } from '../world/events';
import { expectAllInOrder } from '../world/figures';
import { type Case, consumed, replayOf } from './case';

/** From the due time until the consumer has it, on a machine that does much else: less than either option saves. */
const LAG_MS = 120_000;

export const pace: Case = {
  title: 'speed and idle of the description set the pace: never early, long pauses cut',
  async run(world) {
    // Every half minute, and after the eighth nearly an hour of silence, which would be five minutes.
    const events = happen(12, (n) => ({ second: n * 30 + (n < 8 ? 0 : 3_000) }));
    const description = 'A look at the pace (speed=10, idle=12s).';
    const replay = await replayOf(world, events, { name: 'pace', description });
    const { releaseStartedAtMs = 0, ...row } = await replay.reaches('DONE');
    await consumed(replay, 12);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({ collected: 12, options: { speed: '10', idle: '12s' } });
    for (const { n, atMs } of await replay.delivered()) {
      const dueMs = n * 3_000 + (n < 8 ? 0 : 9_000);
      expect(atMs - releaseStartedAtMs).toBeGreaterThanOrEqual(dueMs);
      expect(atMs - releaseStartedAtMs).toBeLessThan(dueMs + LAG_MS);
    }
  },
};
