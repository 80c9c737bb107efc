import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyStack } from '../../../stack/stack-copy';
import { sls } from '../../support/sls';
import type { Emulator } from './emulator';

/**
 * Three deployments side by side, since what is in a stack's queues holds up all its replays: `side` for what goes by
 * the side road and dies there, `late` for what comes after the seal.
 */
export const STAGES = ['main', 'side', 'late'] as const;
export type Stage = (typeof STAGES)[number];

export interface Stack {
  stage: Stage;
  busArn: string;
  archiveArn: string;
  /** By the names of serverless.yml. */
  outputs: Record<string, string>;
  collectFunction: string;
}

/**
 * So that a message dies in half a minute, not in five. Nothing should on `main`: there all cases begin at once, and on a
 * busy machine `collect` is throttled for longer than that.
 */
const VISIBILITY_SECONDS: Record<Stage, number> = { main: 20, side: 5, late: 5 };

/** Calls of `collect` at a time: each takes a process of its own here. */
export const COLLECTORS = 6;

/** A bus and an archive that were there before, and the stack attached to them. */
export async function deployStack(emulator: Emulator, stage: Stage): Promise<Stack> {
  const { cli } = emulator;
  const { EventBusArn: busArn } = await cli('events', 'create-event-bus', '--name', stage);
  const archive = ['--archive-name', `${stage}-archive`, '--event-source-arn', busArn];
  const { ArchiveArn: archiveArn } = await cli('events', 'create-archive', ...archive);
  const copy = await copyStack();
  try {
    await shortenSettling(copy.folder);
    const parameters = {
      eventBusName: stage,
      archiveName: `${stage}-archive`,
      tiebreaker: 'detail.sequence',
      speed: 'max',
    };
    const params = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    await sls(copy.folder, emulator.endpoint, 'deploy', '--stage', stage, ...params);
  } finally {
    await copy.remove();
  }
  const name = `ordered-replay-${stage}`;
  const { Stacks } = await cli('cloudformation', 'describe-stacks', '--stack-name', name);
  const outputs: Record<string, string> = Object.fromEntries(
    Stacks[0].Outputs.map((output: { OutputKey: string; OutputValue: string }) => [
      output.OutputKey,
      output.OutputValue,
    ]),
  );
  const stack = { stage, busArn, archiveArn, outputs, collectFunction: `${name}-collect` };
  await limitCollectors(emulator, stack, COLLECTORS);
  const overflow = ['--queue-url', outputs.OverflowQueueUrl as string];
  const visibility = `VisibilityTimeout=${VISIBILITY_SECONDS[stage]}`;
  await cli('sqs', 'set-queue-attributes', ...overflow, '--attributes', visibility);
  return stack;
}

/** @param most 0 throttles every call. */
export async function limitCollectors({ cli }: Emulator, stack: Stack, most: number): Promise<void> {
  const limit = ['--function-name', stack.collectFunction, '--reserved-concurrent-executions', String(most)];
  await cli('lambda', 'put-function-concurrency', ...limit);
}

/** The consumers' own service, once there are streams to subscribe to. */
export async function deployConsumers(emulator: Emulator): Promise<void> {
  const copy = await copyStack();
  try {
    const folder = join(copy.folder, 'consumer');
    await cp(join(__dirname, '../consumer'), folder, { recursive: true });
    await sls(folder, emulator.endpoint, 'deploy', '--param', `records=${emulator.folder}`);
  } finally {
    await copy.remove();
  }
}

/**
 * For how long the rule tries to start `collect`, and so how long a replay settles, is the one wait that a deployment
 * can choose: serverless.yml has it in one place.
 */
export async function shortenSettling(folder: string): Promise<void> {
  const file = join(folder, 'serverless.yml');
  const before = await readFile(file, 'utf8');
  const after = before.replace('maximumEventAgeSeconds: 60', 'maximumEventAgeSeconds: 10');
  if (after === before) throw new Error('serverless.yml has another maximumEventAgeSeconds than 60.');
  await writeFile(file, after);
}
