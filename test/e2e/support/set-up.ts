import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import shared from '../../support/set-up';
import { installDynamoDbLocal } from './dynamodb-local-jar';
import { HOME_VARIABLE } from './environment';
import { installFrameworks } from './frameworks';
import { demandBash, demandOpenSsl } from './needed-program';
import { installPythonTools } from './python-tools';
import { provide } from './tools';

/**
 * Brings what the suites need beside `npm ci` into `.e2e/`, once; what cannot be had is said, and skipped. The
 * installations have the caller's environment, with its proxies and mirrors; the suites do not.
 */
export default async function setUp(): Promise<void> {
  await shared();
  await provide('python', installPythonTools);
  await provide('openssl', demandOpenSsl);
  await provide('bash', demandBash);
  await provide('dynamodb-local', installDynamoDbLocal);
  await provide('frameworks', installFrameworks);
  process.env[HOME_VARIABLE] = await mkdtemp(join(tmpdir(), 'ordered-replay-home-'));
}
