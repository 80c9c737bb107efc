import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const RUN_FOLDER_VARIABLE = 'TEST_RUN_FOLDER';
const LOOK_EVERY_MS = 50;

/** For Jest's global set-up: a folder outside the repository that all suites of this run share. */
export async function makeRunFolder(): Promise<void> {
  process.env[RUN_FOLDER_VARIABLE] = await mkdtemp(join(tmpdir(), 'ordered-replay-run-'));
}

/** For Jest's global tear-down. */
export async function removeRunFolder(): Promise<void> {
  const folder = process.env[RUN_FOLDER_VARIABLE];
  if (folder) await rm(folder, { recursive: true, force: true });
}

/**
 * Makes what several suites look at, once in a run: the suite that asks first makes it, the others wait for it.
 * Nothing is kept for another run, so it is never stale. Nobody may change what is in the folder.
 *
 * @param name The same for everybody who wants the same thing.
 * @returns its folder.
 * @throws what went wrong when it was made, in every suite.
 */
export async function onceARun(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const runFolder = process.env[RUN_FOLDER_VARIABLE];
  if (!runFolder) throw new Error(`There is no ${RUN_FOLDER_VARIABLE}: it is set in Jest's global set-up.`);
  const folder = join(runFolder, name);
  const outcome = `${folder}.outcome`;
  if (await isFirst(folder)) {
    const failure = await make(folder).then(
      () => '',
      (error: Error) => error.stack ?? String(error),
    );
    await writeFile(outcome, JSON.stringify({ failure }));
  }
  const { failure } = await outcomeIn(outcome);
  if (failure) throw new Error(`${name} could not be made: ${failure}`);
  return folder;
}

async function isFirst(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Waits for as long as it takes; the suite's own timeout ends it. */
async function outcomeIn(file: string): Promise<{ failure: string }> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    // Empty between the moment it is made and the moment it is written.
    if (text) return JSON.parse(text);
    await delay(LOOK_EVERY_MS);
  }
}
