import { sideBySide } from '../../src/core/side-by-side';

/** Work that ends when the test says so. */
function byHand() {
  const begun = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const work = (item: number) =>
    new Promise<void>((resolve, reject) => {
      begun.set(item, { resolve, reject });
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, work, settle };
}

test('given more items than may be worked on at once, then the next begins when one ends', async () => {
  const { begun, work, settle } = byHand();
  const all = sideBySide([1, 2, 3, 4], 2, work);
  expect([...begun.keys()]).toEqual([1, 2]);
  begun.get(2)?.resolve();
  await settle();
  expect([...begun.keys()]).toEqual([1, 2, 3]);
  for (const item of [1, 3]) begun.get(item)?.resolve();
  await settle();
  begun.get(4)?.resolve();
  await expect(all).resolves.toBeUndefined();
});

test('given a failure, then nothing new begins, what is under way comes to its end, and then it is thrown', async () => {
  const { begun, work, settle } = byHand();
  let thrown: unknown;
  const all = sideBySide([1, 2, 3], 2, work).catch((error: unknown) => {
    thrown = error;
  });
  begun.get(1)?.reject(new Error('the first'));
  await settle();
  expect([...begun.keys()]).toEqual([1, 2]);
  expect(thrown).toBeUndefined();
  begun.get(2)?.reject(new Error('the second'));
  await all;
  expect(thrown).toEqual(new Error('the first'));
});

test('given nothing to do, then it is done', async () => {
  await expect(sideBySide([], 8, () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
});
