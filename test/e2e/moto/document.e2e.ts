import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackCopy } from '../../stack/stack-copy';
import { codeBlocksOf } from '../support/code-blocks';
import { openShell, type Shell } from '../support/shell';
import { sls } from '../support/sls';
import { describeWith, ROOT } from '../support/tools';
import { inventoryOf } from './inventory';
import { copyStackForMoto, type Moto, outputsOf, refreshOutputs, startMoto } from './moto';

jest.setTimeout(400_000);

const DOCUMENT = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const BLOCKS = codeBlocksOf(DOCUMENT, 'sh');
const ORDERS = 'arn:aws:events:us-east-1:123456789012:event-bus/orders';

/** What a reader sees after the blocks under a heading. */
const SEEN: Record<string, (moto: Moto, shell: Shell, output: string) => Promise<void>> = {
  'A bus and an archive that you have': async (moto, _shell, output) => {
    expect(output).toContain(`"${ORDERS}"`);
    expect(await outputsOf(moto, 'prod')).toMatchObject({ EventBusName: 'orders' });
  },
  Parameters: async ({ aws }, shell) => {
    const { Stacks } = await aws('cloudformation', 'describe-stacks', '--stack-name', 'ordered-replay-prod');
    const topic = { ParameterKey: 'AlarmTopicArn', ParameterValue: await shell.valueOf('TOPIC_ARN') };
    expect(Stacks[0].Parameters).toContainEqual(topic);
  },
  Permissions: async ({ aws }) => {
    const { AttachedPolicies } = await aws('iam', 'list-attached-user-policies', '--user-name', 'deployer');
    expect(AttachedPolicies).toMatchObject([{ PolicyName: 'ordered-replay-deploy' }]);
  },
  'Subscribe a consumer': async (moto, shell) => {
    const uuid = await shell.valueOf('MAPPING');
    expect(await moto.aws('lambda', 'get-event-source-mapping', '--uuid', uuid)).toMatchObject({
      EventSourceArn: (await outputsOf(moto, 'prod')).OrderedEventsStreamArn,
      FunctionArn: expect.stringMatching(/:function:on-order$/),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  },
};

describeWith(['python', 'bash'], 'docs/deploy.md', () => {
  let moto: Moto;
  let stack: StackCopy;
  let shell: Shell;
  let before: Record<string, string[]>;

  beforeAll(async () => {
    moto = await startMoto();
    stack = await copyStackForMoto();
    await cp(join(ROOT, 'docs'), join(stack.folder, 'docs'), { recursive: true });
    shell = await openShell(stack.folder, moto.endpoint);
    await makeWhatTheReaderHas(moto, stack.folder);
    before = await inventoryOf(moto);
  });
  afterAll(async () => {
    await shell?.close();
    await moto?.stop();
    await stack?.remove();
  });

  test.each(BLOCKS.map((block, index) => [index + 1, block.heading, block] as const))(
    'block %i, %s: its commands run',
    async (_number, heading, { code }) => {
      const output = await shell.run(code);
      for (const [, stage] of code.matchAll(/sls deploy --stage (\w+)/g))
        await refreshOutputs(moto, String(stage));
      for (const [, name] of code.matchAll(/(?<=export .*)\b([A-Z_]+)=/g)) {
        expect(await shell.valueOf(String(name))).toMatch(/^(?!None$)./);
      }
      await SEEN[heading]?.(moto, shell, output);
    },
  );

  test('after the last block nothing is left but what was there before', async () => {
    expect(BLOCKS.length).toBeGreaterThanOrEqual(10);
    expect(await inventoryOf(moto)).toEqual(before);
  });

  test('the parameters that it shows in serverless.yml are those of the stage', async () => {
    const [block] = codeBlocksOf(DOCUMENT, 'yaml');
    const stackFile = join(stack.folder, 'serverless.yml');
    const text = await readFile(stackFile, 'utf8');
    await writeFile(stackFile, text.replace(/^params:\n/m, block?.code as string));
    const defaults: [string, string][] = [];
    for (const stage of ['prod', 'dev']) {
      await sls(stack.folder, moto.endpoint, 'package', '--stage', stage);
      const template = join(stack.folder, '.serverless/cloudformation-template-update-stack.json');
      const { EventBusName, ArchiveName } = JSON.parse(await readFile(template, 'utf8')).Parameters;
      defaults.push([EventBusName.Default, ArchiveName.Default]);
    }
    expect(defaults).toEqual([
      ['orders', 'orders-archive'],
      ['', ''],
    ]);
  });
});

/** The bus, the archive, the function and the user that the document names. */
async function makeWhatTheReaderHas({ aws }: Moto, folder: string): Promise<void> {
  await aws('events', 'create-event-bus', '--name', 'orders');
  await aws('events', 'create-archive', '--archive-name', 'orders-archive', '--event-source-arn', ORDERS);
  await aws('iam', 'create-user', '--user-name', 'deployer');
  const trust = '{"Version":"2012-10-17","Statement":[]}';
  await aws('iam', 'create-role', '--role-name', 'on-order', '--assume-role-policy-document', trust);
  const emptyZip = join(folder, 'on-order.zip');
  await writeFile(emptyZip, Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]));
  await aws(
    'lambda',
    'create-function',
    ...['--function-name', 'on-order', '--runtime', 'nodejs24.x', '--handler', 'index.handler'],
    ...['--role', 'arn:aws:iam::123456789012:role/on-order', '--zip-file', `fileb://${emptyZip}`],
  );
}
