import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of the AWS API, as IAM would look at it. */
export interface RecordedCall {
  /** Such as `cloudformation:DescribeStacks`. */
  action: string;
  /** What it is about, where its address says so: bucket and key, or a function. */
  resource: string;
}

/** Passes every request on to an emulator and keeps what it asked for. */
export async function startRecorder(endpoint: string) {
  const calls: RecordedCall[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers } = incoming;
    calls.push(callOf(method, url, headers, body.toString('latin1')));
    const passed = request(new URL(url, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type Recorder = Awaited<ReturnType<typeof startRecorder>>;

function callOf(method: string, url: string, headers: IncomingHttpHeaders, body: string): RecordedCall {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];
  const target = headers['x-amz-target']?.toString().split('.').pop();
  const queried = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  const { pathname, searchParams } = new URL(url, 'http://aws');
  const resource = decodeURIComponent(pathname.slice(1)).replace(/\/$/, '');
  if (service === 's3') return { action: s3Action(method, resource, searchParams), resource };
  const path = /^2015-03-31\/functions\/([^/]+)$/.exec(resource);
  if (service === 'lambda' && path?.[1] && method === 'GET')
    return { action: 'lambda:GetFunction', resource: path[1] };
  const operation = target ?? queried;
  if (!service || !operation) throw new Error(`Not known as a call of AWS: ${method} ${url}`);
  const names = [...body.matchAll(/(?:^|&)StackName=([^&]+)|"repositoryNames":\["([^"]+)"/g)];
  const named = decodeURIComponent(names[0]?.[1] ?? names[0]?.[2] ?? '');
  return { action: `${service}:${operation}`, resource: named };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function s3Action(method: string, resource: string, query: URLSearchParams): string {
  const isObject = resource.includes('/');
  if (method === 'POST' && query.has('delete')) return 's3:DeleteObject';
  if (isObject) {
    if (method === 'GET' || method === 'HEAD') return 's3:GetObject';
    if (method === 'PUT') return 's3:PutObject';
  } else {
    if (method === 'HEAD' || query.has('list-type')) return 's3:ListBucket';
  }
  throw new Error(`Not known as a call of S3: ${method} ${resource}?${query}`);
}
