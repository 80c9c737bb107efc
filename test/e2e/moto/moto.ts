import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyStack, type StackCopy } from '../../stack/stack-copy';
import { awsCli } from '../support/aws-cli';
import { pythonTool } from '../support/python-tools';
import { type Server, startServer } from '../support/server';
import { sls } from '../support/sls';

export interface Moto extends Server {
  /** The AWS CLI against it. */
  aws: ReturnType<typeof awsCli>;
}

/** An empty AWS account. */
export async function startMoto(): Promise<Moto> {
  const server = await startServer(pythonTool('moto_server'), (port) => [
    '-H',
    '127.0.0.1',
    '-p',
    String(port),
  ]);
  return { ...server, aws: awsCli(server.endpoint) };
}

/**
 * A copy of the stack. What is kept but when the very deploy that makes it fails, is kept always here: the other policy is
 * not known.
 */
export async function copyStackForMoto(): Promise<StackCopy> {
  const stack = await copyStack();
  const file = join(stack.folder, 'serverless.yml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll('RetainExceptOnCreate', 'Retain'));
  return stack;
}

/** Deletes what a stage has left behind: the archive that it made, and its bus. */
export async function deleteKept({ aws }: Moto, stage: string): Promise<void> {
  await aws('events', 'delete-archive', '--archive-name', `ordered-replay-${stage}`);
  await aws('events', 'delete-event-bus', '--name', `ordered-replay-${stage}`);
}

/**
 * `sls deploy` of a stage.
 *
 * @param endpoint Where the calls go, if not straight to moto.
 */
export async function deploy(
  moto: Moto,
  folder: string,
  stage: string,
  params: Record<string, string> = {},
  endpoint = moto.endpoint,
): Promise<string> {
  const options = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const output = await sls(folder, endpoint, 'deploy', '--stage', stage, ...options);
  await refreshOutputs(moto, stage);
  return output;
}

/** Outputs and exports do not follow from a change set here, only from an update of the stack. */
export async function refreshOutputs(moto: Moto, stage: string): Promise<void> {
  await moto.aws(
    'cloudformation',
    'update-stack',
    ...['--stack-name', `ordered-replay-${stage}`, '--use-previous-template'],
  );
}

/** Of a deployed stage. */
export async function outputsOf({ aws }: Moto, stage: string): Promise<Record<string, string>> {
  const { Stacks } = await aws(
    'cloudformation',
    'describe-stacks',
    '--stack-name',
    `ordered-replay-${stage}`,
  );
  const [{ Outputs = [] }] = Stacks as [{ Outputs?: { OutputKey: string; OutputValue: string }[] }];
  return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}
