import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TOOLS } from './tools';

/** What a folder was made of; written when it is complete. */
const STAMP = 'made-of';

/**
 * Installs something below `.e2e/`, unless what is there was made of the same recipe.
 *
 * It is made in a folder of its own, which a link of the wanted name then points to: what is half made is never found
 * there, two runs may install at the same time, and programs that know their own path (a virtual environment's) need
 * not be moved. Of an installation that fails nothing is left.
 *
 * @param recipe Files that pin what is installed.
 * @param make Installs it into an empty folder.
 */
export async function installOnce(
  name: string,
  recipe: readonly string[],
  make: (folder: string) => Promise<void>,
  tools = TOOLS,
): Promise<void> {
  const link = join(tools, name);
  const hash = createHash('sha256');
  for (const file of recipe) hash.update(await readFile(file));
  const wanted = hash.digest('hex');
  if (await isMadeOf(link, wanted)) return;
  await mkdir(tools, { recursive: true });
  const folder = await mkdtemp(`${link}-`);
  let inPlace = false;
  try {
    await make(folder);
    await writeFile(join(folder, STAMP), wanted);
    // Another run may have been faster, and be at work with it.
    if (await isMadeOf(link, wanted)) return;
    await pointTo(link, folder);
    inPlace = true;
  } finally {
    if (!inPlace) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function isMadeOf(folder: string, wanted: string): Promise<boolean> {
  return (await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === wanted;
}

async function pointTo(link: string, folder: string): Promise<void> {
  // A folder of that name, as it once was, cannot be replaced by a link.
  if ((await lstat(link).catch(() => undefined))?.isDirectory()) await rm(link, { recursive: true });
  const before = await realpath(link).catch(() => undefined);
  const fresh = `${folder}.link`;
  await symlink(basename(folder), fresh);
  await rename(fresh, link);
  if (before) await rm(before, { recursive: true, force: true, maxRetries: 3 });
}
