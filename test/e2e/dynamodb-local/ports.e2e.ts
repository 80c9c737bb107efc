import { execFileSync } from 'node:child_process';
import { addressesWith } from '../support/addresses';
import { startDynamoDbLocal } from '../support/dynamodb-local-server';
import type { Server } from '../support/server';
import { describeWith } from '../support/tools';

jest.setTimeout(120_000);

/** The tests of the ports know where DynamoDB is when they are read, before anything can be awaited. */
const PORT = Number(
  execFileSync(process.execPath, [
    '-e',
    "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); });",
  ]),
);
Object.assign(process.env, {
  DYNAMODB_ENDPOINT: `http://127.0.0.1:${PORT}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

describeWith('dynamodb-local', 'the tests of the ports, with DynamoDB Local for DynamoDB', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startDynamoDbLocal(PORT);
  });
  afterAll(() => server?.stop());

  test('it listens on 127.0.0.1 and on no other address', async () => {
    expect(await addressesWith(PORT)).toEqual(['127.0.0.1']);
  });

  require('../../local/tables.test');
  require('../../aws/event-buffer.test');
  require('../../aws/lanes.test');
  require('../../aws/replays.test');
  require('../../aws/runs.test');
});
