import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { copyStack, type StackCopy } from '../../stack/stack-copy';
import { type Emulator, startEmulator } from '../ministack/world/emulator';
import { shortenSettling } from '../ministack/world/stacks';
import { openShell, type Shell } from '../support/shell';
import { describeWith, ROOT } from '../support/tools';

const TUTORIAL = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8');
/** The commands of the tutorial, in the order in which a reader comes by them. */
const BLOCKS = [...TUTORIAL.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands]) => commands as string);

/** For a replay, on a busy machine. */
const PATIENCE_MS = 480_000;
const CLEAN_UP_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
const steps = (how: (offset: number) => string) =>
  ['OrderCreated', 'OrderPaid', 'OrderShipped'].map((step, offset) => `${step} (${how(offset)})`);
const LIVE = steps(() => 'live');
const REPLAYED = steps((offset) => `after-the-fix, offset ${offset}`);

describeWith(['python', 'openssl', 'bash'], 'the tutorial, on ministack with IAM enforced', () => {
  let emulator: Emulator;
  let copy: StackCopy;
  let shell: Shell;
  const left = [...BLOCKS];

  beforeAll(async () => {
    emulator = await startEmulator();
    copy = await copyStack();
    await cp(join(ROOT, 'examples'), join(copy.folder, 'examples'), { recursive: true });
    await shortenSettling(copy.folder);
    shell = await openShell(copy.folder, emulator.endpoint);
  }, 120_000);

  afterAll(async () => {
    await shell?.close();
    await emulator?.stop();
    await copy?.remove();
  }, CLEAN_UP_MS);

  /** Runs the next block, which has to be the one with this in it. */
  async function next(containing: string): Promise<string> {
    const block = left.shift() ?? 'nothing';
    expect(block).toContain(containing);
    return shell.run(block);
  }

  /** Runs the next block again and again, as a reader would who waits for something. */
  async function nextShows(containing: string, shown: string[]): Promise<void> {
    const block = left.shift() ?? 'nothing';
    expect(block).toContain(containing);
    const deadlineMs = Date.now() + PATIENCE_MS;
    let words = wordsOf(await shell.run(block));
    while (words.join() !== shown.join() && Date.now() < deadlineMs) {
      await delay(LOOK_EVERY_MS);
      words = wordsOf(await shell.run(block));
    }
    expect(words).toEqual(shown);
  }

  test('tells its story: order 1 is handled, order 2 lost, by the replay both have their steps, and all is removed', async () => {
    const before = await everything(emulator);
    await next('create-archive');
    await next('sls deploy --param eventBusName=orders');
    await next('cd examples/orders');

    await next('{"orderId": "1"}');
    await nextShows('dynamodb scan', LIVE);

    await next('{"orderId": "2"}');
    await nextShows('ApproximateNumberOfMessages', ['ATTRIBUTES', '3']);

    await next('mv src/order-created.ts.bak');
    await next('start-replay');
    await nextShows('Item.phase.S', ['DONE']);
    await nextShows('dynamodb scan', [...LIVE, ...REPLAYED]);

    expect(await everything(emulator)).not.toEqual(before);
    await next('sls remove');
    expect(await everything(emulator)).toEqual(before);
    expect(left).toEqual([]);
  }, 1_200_000);
});

/** What the account has, of the kinds that the tutorial makes. */
async function everything({ cli }: Emulator): Promise<unknown[]> {
  const lists: [string, string, string][] = [
    ['events', 'list-event-buses', 'EventBuses[].Name'],
    ['events', 'list-archives', 'Archives[].ArchiveName'],
    ['dynamodb', 'list-tables', 'TableNames'],
    ['sqs', 'list-queues', 'QueueUrls || `[]`'],
    ['stepfunctions', 'list-state-machines', 'stateMachines[].name'],
    ['lambda', 'list-functions', 'Functions[].FunctionName'],
    ['lambda', 'list-event-source-mappings', 'EventSourceMappings[].UUID'],
    ['iam', 'list-roles', 'Roles[].RoleName'],
    ['s3api', 'list-buckets', 'Buckets[].Name'],
  ];
  return Promise.all(
    lists.map(async ([service, operation, query]) => [
      operation,
      await cli(service, operation, '--query', query),
    ]),
  );
}

/** Of the AWS CLI's text output; orders come in any order. */
function wordsOf(output: string): string[] {
  const words = output.trim().split(/[\t\n]/);
  const order = (word: string) => Number(REPLAYED.includes(word));
  return words.toSorted((one, other) => order(one) - order(other));
}
