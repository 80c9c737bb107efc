import { run } from './command';
import { pythonTool } from './python-tools';

/** Credentials and Region that every emulator takes. */
export const ACCESS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
};

/** The AWS CLI, as a person would use it against an emulator: output as JSON, or nothing. */
export function awsCli(endpoint: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the CLI's.
  return async (...args: string[]): Promise<any> => {
    const { stdout } = await run(
      pythonTool('aws'),
      ['--endpoint-url', endpoint, '--output', 'json', ...args],
      { env: { ...process.env, ...ACCESS } },
    );
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}
