import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ACCESS, awsCli, type Endpoint } from '../../support/aws-cli';
import { run } from '../../support/command';
import { pythonTool } from '../../support/python-tools';
import { freePort, type Server, startServer } from '../../support/server';

export interface Emulator {
  endpoint: Endpoint;
  port: number;
  cli: ReturnType<typeof awsCli>;
  dynamodb: DynamoDBClient;
  eventbridge: EventBridgeClient;
  /** Of its own, for whatever the cases keep in files. */
  folder: string;
  output(): string;
  /** Ends it and everything that runs in it, and starts it again with what it had saved. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * ministack with what checks most: every call's signature and the caller's policies (`AUTH`), over TLS, since the
 * queues' policies refuse anything else.
 */
export async function startEmulator(): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'ordered-replay-ministack-'));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<Emulator> {
  const certificate = await makeCertificate(folder);
  const ca = await readFile(certificate);
  const start = (port?: number) => serve(folder, certificate, port);
  let server = await start();
  const { endpoint: url, port } = server;
  const endpoint: Endpoint = { url, certificate };
  const options = {
    endpoint: url,
    region: ACCESS.AWS_REGION,
    credentials: { accessKeyId: ACCESS.AWS_ACCESS_KEY_ID, secretAccessKey: ACCESS.AWS_SECRET_ACCESS_KEY },
    requestHandler: { httpsAgent: new Agent({ ca, keepAlive: true }) },
  };
  const dynamodb = new DynamoDBClient(options);
  const eventbridge = new EventBridgeClient(options);
  return {
    endpoint,
    port,
    cli: awsCli(endpoint),
    dynamodb,
    eventbridge,
    folder,
    output: () => server.output(),
    async restart() {
      await server.stop();
      server = await start(port);
    },
    async stop() {
      dynamodb.destroy();
      eventbridge.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serve(folder: string, certificate: string, givenPort?: number): Promise<Server> {
  const port = givenPort ?? (await freePort());
  const env = {
    ...ACCESS,
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    AUTH: 'true',
    USE_SSL: '1',
    MINISTACK_SSL_CERT: certificate,
    MINISTACK_SSL_KEY: join(folder, 'key.pem'),
    NODE_EXTRA_CA_CERTS: certificate,
    PERSIST_STATE: '1',
    STATE_DIR: join(folder, 'state'),
    TMPDIR: folder,
    LAMBDA_EXECUTOR: 'local',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return startServer(pythonTool('python'), () => [join(__dirname, '../emulator')], {
    env,
    certificate,
    port,
  });
}

/** For 127.0.0.1, and nothing else. */
async function makeCertificate(folder: string): Promise<string> {
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', certificate];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
  return certificate;
}
