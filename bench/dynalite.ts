import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createClients } from '../src/local/clients';
import { type Metered, meter } from './meter';

/** A DynamoDB in another process, and metered clients of it. */
export interface MeteredDynamoDb extends Metered {
  clients: ReturnType<typeof createClients>;
  stop(): void;
}

export async function startDynalite(): Promise<MeteredDynamoDb> {
  const child = fork(path.join(__dirname, 'dynalite-process.ts'), { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(child, 'message')) as [number];
  const clients = createClients({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    timeoutsMs: { connection: 30_000, request: 30_000 },
  });
  return {
    clients,
    ...meter(clients.dynamodb),
    stop() {
      clients.destroy();
      child.disconnect();
    },
  };
}
