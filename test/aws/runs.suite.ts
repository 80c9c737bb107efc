import type { Replays } from '../../src/core/ports';
import type { Runs } from '../../src/operator/ports';
import { freshName } from './fresh-name';
import { newRow, rerunRow } from './replay-rows';

type Table = Pick<Replays, 'get' | 'notEnded'> & Runs;

/** What every `Runs` does. */
export function runsSuite(open: () => Promise<{ table: Table; close(): Promise<void> }>): void {
  let table: Table;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ table, close } = await open());
  });
  afterAll(() => close());

  test('a row is made where there is none of its name, and read as it was made', async () => {
    const row = rerunRow(freshName());
    expect(await table.add(row)).toBe(true);
    expect(await table.get(row.replay)).toEqual(row);
  });

  test('a row that is there stays as it is', async () => {
    const row = rerunRow(freshName());
    await table.add(row);
    expect(await table.add({ ...row, include: 'all', dead: 7 })).toBe(false);
    expect(await table.get(row.replay)).toEqual(row);
  });

  test('given many at once under one name, then one is made, and its maker is told so', async () => {
    const row = rerunRow(freshName());
    const rows = Array.from({ length: 15 }, (_, n) => ({ ...row, requestId: `id-${n}` }));
    const made = await Promise.all(rows.map((each) => table.add(each)));
    expect(made.filter((each) => each)).toHaveLength(1);
    expect(await table.get(row.replay)).toEqual(rows[made.indexOf(true)]);
  });

  test("a run's row is none of its replay's, nor of another number's; the healer finds each", async () => {
    const replay = freshName();
    const row = rerunRow(replay);
    await table.add(newRow(replay));
    await table.add(row);
    expect(await table.get(replay)).toEqual(newRow(replay));
    expect(await table.get(`${replay}@3`)).toBeUndefined();
    const found = (await table.notEnded()).filter((each) => each.replay.startsWith(replay));
    expect(found.map((each) => each.replay).sort()).toEqual([replay, row.replay]);
  });
}
