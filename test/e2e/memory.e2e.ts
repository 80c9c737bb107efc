import { openMeasure } from '../functions/memory/measure';
import { setOf } from '../functions/memory/sealed-set';

/** Each event size with each ratio and number of buckets: about ten minutes. */
jest.setTimeout(1_800_000);

const MB = 1_024 ** 2;
const SIZES = [1_024, 30_000, 102_400, 405_000];
const RATIOS = [1, 20, 100];
const BUCKETS = [1, 8, 64];
const SET_BYTES = 100 * MB;
const HELD_SET_BYTES = 60 * MB;

const grid = SIZES.flatMap((eventBytes) =>
  RATIOS.flatMap((ratio) => BUCKETS.map((buckets) => ({ eventBytes, ratio, buckets }))),
);

let measure: Awaited<ReturnType<typeof openMeasure>>;
beforeAll(async () => {
  measure = await openMeasure();
});
afterAll(() => measure.close());

test.each(grid)(
  'R7: given $eventBytes bytes an event that deflate $ratio:1, in $buckets bucket(s), then 256 MB are enough',
  async (shape) => {
    const { residentBytes } = await measure.release(setOf(shape, SET_BYTES), 'peak');
    const { heldBytes } = await measure.release(setOf(shape, HELD_SET_BYTES), 'held');
    const { eventBytes, ratio, buckets } = shape;
    const figures = [residentBytes, heldBytes].map((bytes) => Math.round(bytes / MB));
    process.stdout.write(
      `memory: ${eventBytes} B, ${ratio}:1, ${buckets}: ${figures.join(' resident, ')} held\n`,
    );
    expect(residentBytes).toBeLessThanOrEqual(230 * MB);
    expect(heldBytes).toBeLessThanOrEqual(100 * MB);
  },
);
