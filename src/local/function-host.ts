import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

export interface HostedFunction {
  name: string;
  arn: string;
  timeoutMs: number;
  handler: (payload: never, context: Context) => unknown;
}

/** Invokes a function as Lambda does: the payload and the result pass through JSON, and time runs out. */
export async function invokeFunction(hosted: HostedFunction, payload: unknown): Promise<unknown> {
  const deadlineMs = Date.now() + hosted.timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(hosted)), hosted.timeoutMs);
  });
  try {
    const copy = JSON.parse(JSON.stringify(payload)) as never;
    const result = await Promise.race([hosted.handler(copy, contextOf(hosted, deadlineMs)), timeout]);
    return result === undefined ? null : JSON.parse(JSON.stringify(result));
  } finally {
    clearTimeout(timer);
  }
}

function timedOut({ name, timeoutMs }: HostedFunction): Error {
  const error = new Error(`Function ${name} timed out after ${timeoutMs / 1_000} seconds`);
  error.name = 'Sandbox.Timedout';
  return error;
}

function contextOf({ name, arn }: HostedFunction, deadlineMs: number): Context {
  const ignored = () => undefined;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '256',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: ignored,
    fail: ignored,
    succeed: ignored,
  };
}
