import fc from 'fast-check';
import { LAST_PAGE_EVENTS, MAX_EVENT_BYTES, MAX_PAGES_BYTES } from '../../../src/core/limits';
import type { BufferedEvent } from '../../../src/core/ports';
import { PageBudget } from '../../../src/core/release/page-budget';

const MB = 1_024 ** 2;
const eventOf = (heldBytes: number): BufferedEvent => ({
  position: 'p',
  json: () => '{}',
  heldBytes,
  late: false,
  duplicates: 0,
});

/** A page as DynamoDB ends it: at the limit or at 1 MB, and never empty. */
function pageOf(limit: number, heldBytes: () => number): BufferedEvent[] {
  const page: BufferedEvent[] = [];
  for (let bytes = 0; page.length < limit && bytes < MB; ) {
    const event = eventOf(heldBytes());
    page.push(event);
    bytes += event.heldBytes;
  }
  return page;
}

test('given ordinary events in eight buckets, then every page is as large as it is wanted', () => {
  const budget = new PageBudget(8);
  expect(budget.limit(4)).toBe(4);
  budget.holds(pageOf(4, () => 1_024));
  expect(budget.limit(LAST_PAGE_EVENTS)).toBe(LAST_PAGE_EVENTS);
});

test('given many buckets or large events, then pages have fewer events, and one at least', () => {
  const many = new PageBudget(64);
  many.holds(pageOf(4, () => 1_024));
  expect(many.limit(LAST_PAGE_EVENTS)).toBeLessThan(256);
  expect(many.limit(LAST_PAGE_EVENTS)).toBeGreaterThan(128);
  many.holds(pageOf(4, () => MAX_EVENT_BYTES));
  expect(many.limit(LAST_PAGE_EVENTS)).toBe(1);
});

test('given more is held than is allowed, then pages have one event until some is let go', () => {
  const budget = new PageBudget(1);
  const page = pageOf(1_000, () => 1_000);
  for (let n = 0; n < 20; n++) budget.holds(page);
  expect(budget.limit(LAST_PAGE_EVENTS)).toBe(1);
  for (let n = 0; n < 12; n++) {
    for (const event of page) budget.letsGo(event);
  }
  expect(budget.limit(LAST_PAGE_EVENTS)).toBeGreaterThan(100);
});

test('R7: given events of any sizes in any order, then all pages together hold little', () => {
  const sizes = fc.infiniteStream(
    fc.oneof(fc.constant(MAX_EVENT_BYTES), fc.integer({ min: 2, max: 2_000 }), fc.nat(MAX_EVENT_BYTES)),
  );
  fc.assert(
    fc.property(fc.constantFrom(1, 8, 64), sizes, (buckets, drawn) => {
      const budget = new PageBudget(buckets);
      const pages: BufferedEvent[][] = Array.from({ length: buckets }, () => []);
      for (let round = 0; round < 6; round++) {
        for (const [n, page] of pages.entries()) {
          for (const event of page) budget.letsGo(event);
          pages[n] = pageOf(budget.limit(LAST_PAGE_EVENTS), () => drawn.next().value as number);
          budget.holds(pages[n]);
          const held = pages.flat().reduce((sum, { heldBytes }) => sum + heldBytes, 0);
          expect(held).toBeLessThanOrEqual(MAX_PAGES_BYTES + MB + (buckets + 1) * MAX_EVENT_BYTES);
        }
      }
    }),
    { numRuns: 30 },
  );
});
