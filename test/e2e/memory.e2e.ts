import { openMeasure } from '../functions/memory/measure';
import { setOf } from '../functions/memory/sealed-set';

/** Two minutes on a machine of its own. */
jest.setTimeout(900_000);

const MB = 1_024 ** 2;
const SET_BYTES = 100 * MB;
/** Small events take their time, and twice what the pages of all buckets may hold is a set as good as any. */
const SMALL_SET_BYTES = 32 * MB;
const HELD_SET_BYTES = 60 * MB;

/**
 * Where each bound is reached: large events in many buckets by each ratio, one bucket that gets all the room, eight as
 * they are deployed, and events so small that it is their number that counts.
 */
const grid = [
  ...[1, 20, 100].map((ratio) => ({ eventBytes: 405_000, ratio, buckets: 64 })),
  ...[1, 20, 100].map((ratio) => ({ eventBytes: 102_400, ratio, buckets: 64 })),
  { eventBytes: 405_000, ratio: 100, buckets: 1 },
  { eventBytes: 102_400, ratio: 20, buckets: 8 },
  { eventBytes: 30_000, ratio: 20, buckets: 64 },
  { eventBytes: 30_000, ratio: 1, buckets: 1 },
  { eventBytes: 1_024, ratio: 1, buckets: 64 },
  { eventBytes: 1_024, ratio: 20, buckets: 8 },
];

let measure: Awaited<ReturnType<typeof openMeasure>>;
beforeAll(async () => {
  measure = await openMeasure();
});
afterAll(() => measure.close());

test.each(grid)(
  'R7: given $eventBytes bytes an event that deflate $ratio:1, in $buckets bucket(s), then 256 MB are enough',
  async (shape) => {
    const { eventBytes, ratio, buckets } = shape;
    const [setBytes, heldSetBytes] =
      eventBytes < 10_000 ? [SMALL_SET_BYTES, SMALL_SET_BYTES] : [SET_BYTES, HELD_SET_BYTES];
    const { residentBytes } = await measure.release(setOf(shape, setBytes), 'peak');
    const { heldBytes } = await measure.release(setOf(shape, heldSetBytes), 'held');
    const figures = [residentBytes, heldBytes].map((bytes) => Math.round(bytes / MB));
    process.stdout.write(
      `memory: ${eventBytes} B, ${ratio}:1, ${buckets}: ${figures.join(' resident, ')} held\n`,
    );
    expect(residentBytes).toBeLessThanOrEqual(230 * MB);
    expect(heldBytes).toBeLessThanOrEqual(100 * MB);
  },
);
