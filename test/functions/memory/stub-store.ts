import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { parsePosition } from '../../../src/core/event/position';
import { positionAt, type SealedSet, textsOf } from './sealed-set';

/**
 * DynamoDB as the release sees it, in a process of its own: prints its address, answers `Query` with pages of a set that
 * is generated, and takes every append. Pages end as DynamoDB ends them, at 1 MB of stored data:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
 */

const PAGE_BYTES = 1_024 ** 2;

interface Query {
  Limit?: number;
  ExpressionAttributeValues: Record<string, { S?: string }>;
}

function answerOf(set: SealedSet): (query: Query) => string {
  const attributes = textsOf(set).map((text) => {
    const deflated = deflateSync(text);
    const stored = deflated.length < Buffer.byteLength(text) ? deflated : undefined;
    return {
      json: stored ? `{"B":"${stored.toString('base64')}"}` : JSON.stringify({ S: text }),
      bytes: stored?.length ?? Buffer.byteLength(text),
    };
  });
  return ({ Limit = Number.POSITIVE_INFINITY, ExpressionAttributeValues }) => {
    const texts = Object.values(ExpressionAttributeValues).map(({ S = '' }) => S);
    const bucket = Number(texts.find((text) => text.startsWith(`${set.replay}#`))?.split('#')[1]);
    const after = texts.find((text) => !text.startsWith(`${set.replay}#`));
    const first = after === undefined ? bucket : Number(parsePosition(after).id) + set.buckets;
    const items: string[] = [];
    let bytes = 0;
    let n = first;
    for (; n < set.events && items.length < Limit && bytes < PAGE_BYTES; n += set.buckets) {
      const attribute = attributes[n % attributes.length] as (typeof attributes)[number];
      items.push(`{"position":{"S":"${positionAt(n)}"},"event":${attribute.json}}`);
      bytes += attribute.bytes;
    }
    const more = items.length === Limit || bytes >= PAGE_BYTES;
    const last = more ? `,"LastEvaluatedKey":{"position":{"S":"${positionAt(n - set.buckets)}"}}` : '';
    return `{"Count":${items.length},"Items":[${items.join(',')}]${last}}`;
  };
}

async function main(set: SealedSet): Promise<void> {
  const answer = answerOf(set);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isQuery = String(request.headers['x-amz-target']).endsWith('.Query');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(isQuery ? answer(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Query) : '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

void main(JSON.parse(process.argv[2] as string) as SealedSet);
