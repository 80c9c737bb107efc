import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** Names the home that the set-up makes for all suites: empty, so that no program finds a person's settings. */
export const HOME_VARIABLE = 'E2E_HOME';

/**
 * All that a program under test gets of the caller's environment: not a profile, a proxy or an option that would make
 * the suites of one person differ from those of another.
 *
 * @param more What this program needs beside.
 */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    // This very Node.js first: what stands in for it in a PATH may look for its settings in the home.
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: process.env[HOME_VARIABLE] ?? tmpdir(),
    TMPDIR: tmpdir(),
    NO_PROXY: '127.0.0.1',
    ...more,
  };
}
