import { SCHEMA_CACHE, SLS } from '../../stack/stack-copy';
import { ACCESS, type Endpoint, trusting } from './aws-cli';
import { run } from './command';
import { cleanEnvironment } from './environment';

/** `sls` in a folder, as a person would run it, with an emulator for AWS. Gives everything that it wrote. */
export async function sls(folder: string, endpoint: Endpoint, ...args: string[]): Promise<string> {
  const { url, env } = trusting(endpoint);
  const { stdout, stderr } = await run(process.execPath, [SLS, ...args], {
    cwd: folder,
    env: cleanEnvironment({ HOME: folder, ...SCHEMA_CACHE, ...ACCESS, ...env, AWS_ENDPOINT_URL: url }),
  });
  return `${stdout}${stderr}`;
}
