import { rm } from 'node:fs/promises';
import { removeRunFolder } from '../../support/once-a-run';
import { HOME_VARIABLE } from './environment';

/** Removes what the set-up made outside `.e2e/`. */
export default async function tearDown(): Promise<void> {
  await removeRunFolder();
  const home = process.env[HOME_VARIABLE];
  if (home) await rm(home, { recursive: true, force: true });
}
