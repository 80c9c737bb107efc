import { SLS } from '../../stack/stack-copy';
import { ACCESS } from './aws-cli';
import { run } from './command';

/** `sls` in a folder, as a person would run it, with an emulator for AWS. Gives everything that it wrote. */
export async function sls(folder: string, endpoint: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [SLS, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...ACCESS, AWS_ENDPOINT_URL: endpoint },
  });
  return `${stdout}${stderr}`;
}
