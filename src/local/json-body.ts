import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject } from '../core/json';
import { AwsError } from './aws-error';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** @throws AwsError where the body is too large or no JSON object; an empty one counts as `{}`. */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  return parseJson(await readBody(request));
}

/** @throws AwsError where the body is too large. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same: a client that is still sending would miss the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes <= MAX_BODY_BYTES) return Buffer.concat(chunks).toString('utf8');
  throw new AwsError(
    'RequestEntityTooLargeException',
    `The request has ${bytes} bytes; allowed are ${MAX_BODY_BYTES}.`,
    413,
  );
}

/** @throws AwsError where the text is no JSON object. */
export function parseJson(text: string): JsonObject {
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  answerText(response, status, JSON.stringify(body));
}

export function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** An error of ours as AWS has it; any other as AWS's failure. */
export function answerError(response: ServerResponse, error: unknown): void {
  const known = error instanceof AwsError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  answer(response, known?.status ?? 500, { __type: known?.name ?? 'InternalFailure', message });
}
