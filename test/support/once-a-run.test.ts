import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onceARun } from './once-a-run';

/** Names of this suite alone. */
const fresh = () => `once-${randomUUID()}`;

test('what several ask for at a time is made once, and all get it complete', async () => {
  const name = fresh();
  let made = 0;
  const ask = () =>
    onceARun(name, async (folder) => {
      made += 1;
      for (const file of ['first', 'last']) await writeFile(join(folder, file), file);
    });
  const folders = await Promise.all([ask(), ask(), ask()]);
  folders.push(await ask());
  expect(made).toBe(1);
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(join(folders[0] as string, 'last'), 'utf8')).toBe('last');
});

test('what has another name is another thing', async () => {
  const [one, other] = await Promise.all([fresh(), fresh()].map((name) => onceARun(name, async () => {})));
  expect(one).not.toBe(other);
});

test('what cannot be made fails for all who ask, and is not tried again', async () => {
  const name = fresh();
  let made = 0;
  const ask = () =>
    onceARun(name, async () => {
      made += 1;
      throw new Error('no room');
    });
  await Promise.all([ask(), ask()].map((asked) => expect(asked).rejects.toThrow('no room')));
  await expect(ask()).rejects.toThrow('no room');
  expect(made).toBe(1);
});
