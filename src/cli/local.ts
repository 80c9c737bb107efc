import { powertoolsTelemetry, silentTelemetry } from '../../functions/telemetry';
import { orderedReplay } from '../consumer';
import { LOCAL } from '../local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../local/runtime';
import { runCommand } from './command';
import { loadHandler } from './load-handler';
import { LOCAL_USAGE, readLocalOptions } from './local-options';
import { printEvent } from './print-event';
import { UsageError } from './usage-error';

/** `npm run local`: the local runtime, for the AWS CLI and SDKs, until it is interrupted. */
async function main(args: string[]): Promise<number> {
  const options = readLocalOptions(args);
  if (!options) {
    console.log(LOCAL_USAGE);
    return 0;
  }
  const handler = options.handler ? await loadHandler(options.handler) : printEvent;
  const runtime = await start(options.port, orderedReplay(handler) as never);
  console.log(welcome(runtime.endpoint));
  await interrupted();
  await runtime.stop();
  return 0;
}

async function start(port: number, consumer: never): Promise<LocalRuntime> {
  // What went wrong goes to stderr; stdout is the consumer's.
  const telemetry = { ...silentTelemetry, failure: powertoolsTelemetry().failure };
  try {
    return await startLocalRuntime({ port, consumer, telemetry });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new UsageError(`Option --port is ${port}, which is in use; choose another.`);
    if (code === 'EACCES')
      throw new UsageError(`Option --port is ${port}, which needs more rights; choose another.`);
    throw error;
  }
}

/** Commands that can be pasted as they are. */
function welcome(endpoint: string): string {
  const now = Date.now();
  const at = (ms: number) => new Date(ms).toISOString().slice(0, 19);
  const entry = (second: number) =>
    `Time=${at(now - 60_000 + second * 1_000)}Z,Source=shop,DetailType=order,Detail='{"n":${second}}',EventBusName=${LOCAL.busName}`;
  return `The local runtime listens on ${endpoint}

  bus          ${LOCAL.busName}
  archive      ${LOCAL.archiveArn}
  tables       ${Object.values(LOCAL.tables).join(', ')}
  stream       ${LOCAL.streamArn}
  queues       ${LOCAL.overflow.name}, ${LOCAL.deadLetters.name}

export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${LOCAL.region} AWS_DEFAULT_REGION=${LOCAL.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

aws events put-events --entries ${[2, 0, 1].map((second) => `"${entry(second).replaceAll('"', '\\"')}"`).join(' ')}

aws events start-replay --replay-name first --description speed=max \\
  --event-source-arn ${LOCAL.archiveArn} --destination Arn=${LOCAL.busArn} \\
  --event-start-time ${at(now - 3_600_000)}Z --event-end-time ${at(now + 3_600_000)}Z

aws dynamodb get-item --table-name ${LOCAL.tables.replays} --key '{"replay":{"S":"first"}}'

Ctrl-C stops it; nothing is kept.
`;
}

/** Resolves at the first signal to stop; a second one ends the process at once, as always. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

runCommand(main);
