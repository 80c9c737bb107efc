import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runSls } from '../stack/stack-copy';

const ROOT = resolve(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** What the README says to put into a consumer's serverless.yml. */
const SNIPPET = /```yaml\n([\s\S]*?)```/.exec(README)?.[1] ?? '';

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** A service of nothing but the snippet and what every service has. */
async function packageSnippet(): Promise<Resource[]> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
  try {
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src/on-order.ts'), 'export const handler = () => undefined;\n');
    await writeFile(join(folder, 'package.json'), '{}');
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const always =
      'service: shop\nprovider: { name: aws, runtime: nodejs24.x }\nplugins: [serverless-esbuild]\n';
    await writeFile(join(folder, 'serverless.yml'), always + SNIPPET);
    await runSls(folder, 'package', '--package', 'packaged');
    const template = await readFile(
      join(folder, 'packaged/cloudformation-template-update-stack.json'),
      'utf8',
    );
    return Object.values((JSON.parse(template) as { Resources: Record<string, Resource> }).Resources);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the README's consumer is packaged: a live rule on the bus that is there, and the ordered stream", async () => {
  const resources = await packageSnippet();
  const propertiesOf = (type: string) =>
    resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  expect(propertiesOf('AWS::Events::EventBus')).toEqual([]);
  const consumer = { 'Fn::GetAtt': ['OnOrderLambdaFunction', 'Arn'] };
  expect(propertiesOf('AWS::Events::Rule')).toEqual([
    {
      EventBusName: { 'Fn::ImportValue': 'ordered-replay-prod-EventBusName' },
      EventPattern: { source: ['shop'], 'replay-name': [{ exists: false }] },
      Targets: [{ Id: 'onOrder', Arn: consumer }],
    },
  ]);
  expect(propertiesOf('AWS::Lambda::Permission')).toEqual([
    expect.objectContaining({ FunctionName: consumer, SourceArn: { 'Fn::GetAtt': ['LiveRule', 'Arn'] } }),
  ]);
  expect(propertiesOf('AWS::Lambda::EventSourceMapping')).toEqual([
    expect.objectContaining({
      EventSourceArn: { 'Fn::ImportValue': 'ordered-replay-prod-OrderedEventsStreamArn' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
    }),
  ]);
}, 120_000);
