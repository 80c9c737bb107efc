/**
 * Does the work on all items, so many at once. After a failure nothing new is begun; what is under way comes to its end
 * first, so nothing goes on unseen, and then the failure is thrown.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = failures.length > 0 ? undefined : rest.next();
      if (!next || next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
}
