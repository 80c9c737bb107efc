import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { silentTelemetry } from '../../functions/telemetry';
import { deflatedTexts } from '../../src/aws/deflated';
import { dynamoReplays } from '../../src/aws/replays';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../../src/local/runtime';
import { recordAccess } from '../stack/access';
import { listedGrants } from '../stack/listed-grants';
import { FAST } from './fast-settings';
import { until } from './until';

jest.setTimeout(120_000);

const run = promisify(execFile);
const installed = spawnSync('aws', ['--version']).status === 0;
if (!installed) console.warn('skipped: aws CLI is not installed');

(installed ? describe : describe.skip)('the AWS CLI as client', () => {
  let runtime: LocalRuntime;
  const access = recordAccess(listedGrants());
  beforeAll(async () => {
    runtime = await startLocalRuntime({
      consumer: () => undefined,
      telemetry: silentTelemetry,
      settings: FAST,
      authorize: access.authorize,
    });
  });
  afterAll(async () => {
    await runtime.stop();
    expect(access.denied()).toEqual([]);
  });

  /** One command; its output as JSON, or what it wrote to stderr where it failed. */
  async function aws(...args: string[]): Promise<Record<string, never>> {
    const { stdout } = await run('aws', ['--endpoint-url', runtime.endpoint, '--output', 'json', ...args], {
      env: {
        ...process.env,
        AWS_DEFAULT_REGION: LOCAL.region,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_PAGER: '',
      },
    });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  }
  const failureOf = (...args: string[]) =>
    aws(...args).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );

  test('puts events, replays them and reads the result', async () => {
    const entries = [3, 1, 2].map((second) => ({
      EventBusName: LOCAL.busName,
      Source: 'shop',
      DetailType: 'order',
      Detail: JSON.stringify({ second }),
      Time: `2026-11-01T00:00:0${second}Z`,
    }));
    expect(await aws('events', 'put-events', '--entries', JSON.stringify(entries))).toMatchObject({
      FailedEntryCount: 0,
    });
    const started = await aws(
      'events',
      'start-replay',
      ...['--replay-name', 'cli', '--description', 'From the command line, speed=max'],
      ...['--event-source-arn', LOCAL.archiveArn, '--destination', `Arn=${LOCAL.busArn}`],
      ...['--event-start-time', '2026-11-01T00:00:00Z', '--event-end-time', '2026-11-01T00:01:00Z'],
    );
    expect(started).toMatchObject({ State: 'STARTING' });
    // Looked at without the command line, which takes a second each time.
    const replays = dynamoReplays({ client: runtime.clients.dynamodb, table: LOCAL.tables.replays });
    await until('the replay is DONE', async () => (await replays.get('cli'))?.phase === 'DONE');
    const key = JSON.stringify({ replay: { S: 'cli' } });
    expect(
      await aws('dynamodb', 'get-item', '--table-name', LOCAL.tables.replays, '--key', key),
    ).toMatchObject({ Item: { phase: { S: 'DONE' } } });
    expect(await aws('events', 'describe-replay', '--replay-name', 'cli')).toMatchObject({
      ReplayName: 'cli',
      State: 'COMPLETED',
    });
    const { Items } = (await aws(
      'dynamodb',
      'query',
      ...['--table-name', LOCAL.tables.orderedEvents, '--key-condition-expression', 'lane = :lane'],
      ...['--expression-attribute-values', '{":lane":{"S":"cli#"}}'],
    )) as unknown as { Items: { offset: { N: string } }[] };
    expect(Items.map(({ offset }) => offset.N)).toEqual(['2']);
  });

  test('reads the stream, in the original order', async () => {
    const { Streams } = (await aws('dynamodbstreams', 'list-streams')) as never as {
      Streams: { StreamArn: string }[];
    };
    const arn = Streams[0]?.StreamArn as string;
    const { StreamDescription } = (await aws(
      'dynamodbstreams',
      'describe-stream',
      '--stream-arn',
      arn,
    )) as never as {
      StreamDescription: { Shards: { ShardId: string }[] };
    };
    const { ShardIterator } = await aws(
      'dynamodbstreams',
      'get-shard-iterator',
      ...['--stream-arn', arn, '--shard-id', StreamDescription.Shards[0]?.ShardId as string],
      ...['--shard-iterator-type', 'TRIM_HORIZON'],
    );
    const { Records } = (await aws(
      'dynamodbstreams',
      'get-records',
      ...['--shard-iterator', String(ShardIterator)],
    )) as never as { Records: { dynamodb: { NewImage: { events: { B?: string; L?: [] } } } }[] };
    const texts = Records.flatMap(({ dynamodb: { NewImage } }) => {
      const { B, L } = NewImage.events;
      return deflatedTexts.decode(B === undefined ? { L: L ?? [] } : { B: Buffer.from(B, 'base64') });
    });
    const seconds = texts.map((text) => (JSON.parse(text) as { detail: { second: number } }).detail.second);
    expect(seconds).toEqual([1, 2, 3]);
  });

  test('lists the executions of the sequencer', async () => {
    const { executions } = await aws(
      'stepfunctions',
      'list-executions',
      ...['--state-machine-arn', LOCAL.sequenceMachineArn],
    );
    expect(executions).toMatchObject([{ name: 'cli.1', status: 'SUCCEEDED' }]);
  });

  test('looks at the queues', async () => {
    const { QueueUrl } = await aws('sqs', 'get-queue-url', '--queue-name', LOCAL.deadLetters.name);
    const { Attributes } = await aws(
      'sqs',
      'get-queue-attributes',
      ...['--queue-url', String(QueueUrl), '--attribute-names', 'All'],
    );
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0' });
  });

  test('is told what it cannot have here', async () => {
    const message = await failureOf('events', 'delete-rule', '--name', 'x');
    expect(message).toContain('UnknownOperationException');
    expect(message).toContain(
      'AWSEvents.DeleteRule is not supported by the local runtime; of this service it has',
    );
    expect(await failureOf('lambda', 'list-functions')).toContain('is not supported by the local runtime');
    expect(await failureOf('events', 'describe-replay', '--replay-name', 'nope')).toContain(
      'ResourceNotFoundException',
    );
  });
});
