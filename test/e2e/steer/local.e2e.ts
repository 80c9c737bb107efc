import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoReplays } from '../../../src/aws/replays';
import { LOCAL } from '../../../src/local/resource-names';
import { steerDocument } from '../../steer/document';
import { type Delivered, eachOnce } from '../../steer/record';
import {
  ask,
  eventsOfTheStory,
  followTheBeginning,
  isRefused,
  rowOf,
  runAgainAndCompare,
  type Scene,
  steerToItsEnd,
} from '../../steer/story';
import { ACCESS, awsCli } from '../support/aws-cli';
import { type Server, startServer } from '../support/server';
import { openShell, type Shell } from '../support/shell';
import { describeWith, ROOT } from '../support/tools';

jest.setTimeout(300_000);

const LOCAL_RUNTIME = ['--import', 'tsx', 'src/cli/local.ts'];

describeWith(['python', 'bash'], 'docs/steer.md, by the AWS CLI, on npm run local', () => {
  let folder: string;
  let server: Server;
  let dynamodb: DynamoDBClient;
  let shell: Shell;
  let scene: Scene;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ordered-replay-steer-'));
    const records = join(folder, 'records.jsonl');
    const handler = ['--handler', 'test/steer/record.ts#handler'];
    server = await startServer('node', (port) => [...LOCAL_RUNTIME, '--port', String(port), ...handler], {
      cwd: ROOT,
      env: { RECORDS: records },
    });
    const { endpoint } = server;
    const credentials = {
      accessKeyId: ACCESS.AWS_ACCESS_KEY_ID,
      secretAccessKey: ACCESS.AWS_SECRET_ACCESS_KEY,
    };
    dynamodb = new DynamoDBClient({ endpoint, region: ACCESS.AWS_REGION, credentials });
    const cli = awsCli(endpoint);
    for (const entries of eventsOfTheStory(LOCAL.busName))
      await cli('events', 'put-events', '--entries', JSON.stringify(entries));
    shell = await openShell(folder, endpoint);
    await shell.run(`export AWS_DEFAULT_REGION=${ACCESS.AWS_REGION}`);
    scene = {
      document: steerDocument(),
      run: shell.run,
      row: dynamoReplays({ client: dynamodb, table: LOCAL.tables.replays }).get,
      async delivered(run) {
        const lines = existsSync(records) ? (await readFile(records, 'utf8')).trimEnd().split('\n') : [];
        const all = lines.map((line): { run: string } & Delivered => JSON.parse(line));
        return eachOnce(all.filter((each) => each.run === run).map(({ run: _, ...delivered }) => delivered));
      },
      patienceMs: 60_000,
    };
    await followTheBeginning(scene);
  });
  afterAll(async () => {
    await shell?.close();
    dynamodb?.destroy();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('start, pause, step 3, speed 10, until, resume, done', () => steerToItsEnd(scene));

  test('rerun from a place: its lane is the first run’s, event for event', () => runAgainAndCompare(scene));

  test('each other line is one that the AWS CLI takes', async () => {
    const name = 'another';
    await shell.run(`export RUN=${name}`);
    await ask(scene, 'Start');
    await rowOf(scene, name, 'is there', () => true);
    await ask(scene, 'Idle');
    expect(await isRefused(scene, 'By the AWS CLI', 5)).toBe(true);
    await shell.run(scene.document.block('Until', 2));
    await ask(scene, 'Without dead letters');
    expect((await scene.row(name))?.command).toEqual({ idle: '5s', onMissing: 'continue' });
    await ask(scene, 'Cancel');
    await rowOf(scene, name, 'is CANCELLED', ({ phase }) => phase === 'CANCELLED');
    // It may have sent all by now.
    const cancelled = await shell.run(`( ${scene.document.block('Cancel', 2)} ) 2>&1 || true`);
    expect(cancelled).toMatch(/"CANCELLING"|IllegalStatusException/);
    expect(scene.document.unread()).toEqual([]);
  });
});
