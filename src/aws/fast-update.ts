import { text } from 'node:stream/consumers';
import {
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest } from '@smithy/core/protocols';
import { isObject } from '../core/json';
import type { Item } from './attributes';
import { writeOrFind } from './conditional-write';

/**
 * Makes an update that asks for the old item by `ReturnValuesOnConditionCheckFailure`.
 *
 * @returns `undefined` where the condition holds, else the item that is there.
 */
export type UpdateOrFind = (input: UpdateItemCommandInput) => Promise<Item | undefined>;

/**
 * Updates without the SDK's middleware, which takes most of a request's processor time (docs/decisions/0009). The rest
 * is the client's: endpoint, signer, credentials, connections and their timeouts.
 *
 * Only a plain answer is understood here. After any other, and after none, the client sends the update again, with its
 * retries and its errors. So the update may be made twice, and its condition must bear that.
 */
export function fastUpdates(client: DynamoDBClient): UpdateOrFind {
  let route: Promise<Route> | undefined;
  return async (input) => {
    try {
      route ??= routeOf(client, input);
      return await send(client, await route, input);
    } catch {
      route = undefined;
      return writeOrFind(client, new UpdateItemCommand(input));
    }
  };
}

/** Where the requests on a table go, and what signs them: found once. The signer asks for the credentials each time. */
type Route = Awaited<ReturnType<typeof routeOf>>;

async function routeOf({ config }: DynamoDBClient, input: UpdateItemCommandInput) {
  const { url, properties } = await getEndpointFromInstructions(input, UpdateItemCommand, config);
  const [authScheme] = (properties?.authSchemes ?? []) as Parameters<typeof config.signer>;
  return { url, signer: await config.signer(authScheme) };
}

async function send(
  { config }: DynamoDBClient,
  { url, signer }: Route,
  input: UpdateItemCommandInput,
): Promise<Item | undefined> {
  const body = JSON.stringify({
    ...input,
    ExpressionAttributeValues: inJson(input.ExpressionAttributeValues),
  });
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': 'DynamoDB_20120810.UpdateItem',
    },
    body,
  });
  const signingDate = new Date(Date.now() + config.systemClockOffset);
  const { response } = await config.requestHandler.handle(await signer.sign(request, { signingDate }));
  return plainAnswer(response.statusCode, await text(response.body));
}

/** @throws where it is neither success nor a condition that does not hold, with the old item. */
function plainAnswer(statusCode: number, body: string): Item | undefined {
  const answer = JSON.parse(body, fromBase64);
  if (statusCode === 200) return undefined;
  if (String(answer.__type).endsWith('#ConditionalCheckFailedException') && isObject(answer.Item)) {
    return answer.Item as Item;
  }
  throw new Error(`HTTP ${statusCode}`);
}

/** In JSON, bytes are base64; here only those that are a value of their own. */
function inJson(values: Item = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.B ? { B: Buffer.from(value.B).toString('base64') } : value,
    ]),
  );
}

function fromBase64(key: string, value: unknown): unknown {
  return key === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}
