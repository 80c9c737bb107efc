import { text } from 'node:stream/consumers';
import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest } from '@smithy/core/protocols';
import { isObject, type JsonObject } from '../core/json';
import type { Item } from './attributes';
import { writeOrFind } from './conditional-write';

/**
 * What a release does most, without the SDK's middleware and serializers, which take most of a request's processor time
 * (docs/decisions/0012). The rest is the client's: endpoint, signer, credentials, connections and their timeouts.
 *
 * Only a plain answer is understood here. After any other, and after none, the client makes the same request again, with
 * its retries and its errors. So an update may be made twice, and its condition must bear that.
 */

/**
 * Makes an update that asks for the old item by `ReturnValuesOnConditionCheckFailure`.
 *
 * @returns `undefined` where the condition holds, else the item that is there.
 */
export type UpdateOrFind = (input: UpdateItemCommandInput) => Promise<Item | undefined>;

export function fastUpdates(client: DynamoDBClient): UpdateOrFind {
  const ask = fastWay(client, 'UpdateItem', UpdateItemCommand);
  return (input) => ask(input, itemFound, () => writeOrFind(client, new UpdateItemCommand(input)));
}

export type Query = (
  input: QueryCommandInput,
) => Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>>;

export function fastQueries(client: DynamoDBClient): Query {
  const ask = fastWay(client, 'Query', QueryCommand);
  return (input) => ask(input, page, () => client.send(new QueryCommand(input)));
}

/** @throws where it is neither success nor a condition that does not hold, with the old item. */
function itemFound({ statusCode, body }: Answer): Item | undefined {
  if (statusCode === 200) return undefined;
  if (String(body.__type).endsWith('#ConditionalCheckFailedException') && isObject(body.Item)) {
    return itemOf(body.Item);
  }
  throw notPlain(statusCode);
}

function page({ statusCode, body }: Answer): Awaited<ReturnType<Query>> {
  if (statusCode !== 200 || !Array.isArray(body.Items)) throw notPlain(statusCode);
  return { ...body, Items: body.Items.map(itemOf) };
}

function notPlain(statusCode: number): Error {
  return new Error(`HTTP ${statusCode}`);
}

interface Answer {
  statusCode: number;
  body: JsonObject;
}

type Input = UpdateItemCommandInput | QueryCommandInput;
type Command = Parameters<typeof getEndpointFromInstructions>[1];

function fastWay({ config }: DynamoDBClient, operation: string, command: Command) {
  /** Where the requests go and what signs them, found once; the signer asks for the credentials each time. */
  let route: ReturnType<typeof findRoute> | undefined;
  async function findRoute(input: Input) {
    const { url, properties } = await getEndpointFromInstructions(input, command, config);
    const [authScheme] = (properties?.authSchemes ?? []) as Parameters<typeof config.signer>;
    return { url, signer: await config.signer(authScheme) };
  }

  async function send(input: Input): Promise<Answer> {
    route ??= findRoute(input);
    const { url, signer } = await route;
    const body = JSON.stringify({
      ...input,
      ExpressionAttributeValues: mapValues(input.ExpressionAttributeValues ?? {}, base64Of),
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
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body,
    });
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const { response } = await config.requestHandler.handle(await signer.sign(request, { signingDate }));
    return { statusCode: response.statusCode, body: JSON.parse(await text(response.body)) };
  }

  return async <T>(input: Input, understand: (answer: Answer) => T, bySdk: () => Promise<T>): Promise<T> => {
    try {
      return understand(await send(input));
    } catch {
      route = undefined;
      return bySdk();
    }
  };
}

/** An item as it stands in an answer. In JSON, bytes are base64; here only those that are a value of their own. */
type ItemInJson = Record<string, JsonObject>;

function itemOf(inJson: unknown): Item {
  return mapValues(inJson as ItemInJson, (value) =>
    typeof value.B === 'string' ? { B: Buffer.from(value.B, 'base64') } : (value as object as AttributeValue),
  );
}

function base64Of(value: AttributeValue): object {
  return value.B ? { B: Buffer.from(value.B).toString('base64') } : value;
}

function mapValues<From, To>(values: Record<string, From>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
