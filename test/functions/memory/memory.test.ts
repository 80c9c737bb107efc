import { openMeasure } from './measure';
import { setOf } from './sealed-set';

/** Some seconds each; `test/e2e/memory.e2e.ts` has the whole grid. */
jest.setTimeout(240_000);

const MB = 1_024 ** 2;
/** What is left of 256 MB for Lambda's own runtime. */
const MOST_RESIDENT = 230 * MB;
const MOST_HELD = 100 * MB;

let measure: Awaited<ReturnType<typeof openMeasure>>;
beforeAll(async () => {
  measure = await openMeasure();
});
afterAll(() => measure.close());

/** Those that took the most: what is inflated, and what hardly is and has two bytes a character. */
const WORST = [
  {
    name: '396 KB that deflate 100:1, in 64 buckets',
    shape: { eventBytes: 405_000, ratio: 100, buckets: 64 },
    bytes: 200 * MB,
  },
  {
    name: '396 KB of wide characters that hardly deflate, in 64 buckets',
    shape: { eventBytes: 405_000, ratio: 1, buckets: 64, wide: true },
    bytes: 60 * MB,
  },
];

test.each(WORST)(
  'R7: given events of $name, then a release stays within a function of 256 MB',
  async ({ shape, bytes }) => {
    const peak = await measure.release(setOf(shape, bytes), 'peak');
    expect(peak.residentBytes).toBeLessThanOrEqual(MOST_RESIDENT);
    const held = await measure.release(setOf(shape, 60 * MB), 'held');
    expect(held.heldBytes).toBeLessThanOrEqual(MOST_HELD);
  },
);
