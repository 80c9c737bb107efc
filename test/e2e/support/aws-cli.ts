import { run } from './command';
import { cleanEnvironment } from './environment';
import { pythonTool } from './python-tools';

/** Credentials and Region that every emulator takes. */
export const ACCESS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
};

/** Where an emulator is: its URL, and for one that speaks TLS the path of the certificate to trust. */
export type Endpoint = string | { url: string; certificate: string };

/** @returns The URL, and variables that make the AWS CLI and Node.js trust the certificate. */
export function trusting(endpoint: Endpoint): { url: string; env: Record<string, string> } {
  if (typeof endpoint === 'string') return { url: endpoint, env: {} };
  const { url, certificate } = endpoint;
  return { url, env: { AWS_CA_BUNDLE: certificate, NODE_EXTRA_CA_CERTS: certificate } };
}

/** The AWS CLI, as a person would use it against an emulator: output as JSON, or nothing. */
export function awsCli(endpoint: Endpoint) {
  const { url, env } = trusting(endpoint);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the CLI's.
  return async (...args: string[]): Promise<any> => {
    const { stdout } = await run(pythonTool('aws'), ['--endpoint-url', url, '--output', 'json', ...args], {
      env: cleanEnvironment({ ...ACCESS, ...env }),
    });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}
