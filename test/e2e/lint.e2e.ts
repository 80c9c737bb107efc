import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageInPlace } from '../examples/package-orders';
import { PACKAGING_MS, packageStack } from '../stack/package-stack';
import { run } from './support/command';
import { cleanEnvironment } from './support/environment';
import { pythonTool } from './support/python-tools';
import { describeWith } from './support/tools';

jest.setTimeout(PACKAGING_MS + 60_000);

const EXISTING = {
  eventBusName: 'orders',
  archiveName: 'orders-archive',
  replayNamePrefix: 'ordered-',
  alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
};
const TEMPLATES: [name: string, make: typeof packageStack | typeof packageInPlace][] = [
  ['the stack, with nothing chosen', () => packageStack()],
  ['the stack, attached to a bus and an archive that are there', () => packageStack(EXISTING)],
  ['the example', () => packageInPlace()],
];

const lint = (templatePath: string) =>
  run(pythonTool('cfn-lint'), [templatePath], { env: cleanEnvironment() });

/** The templates that `npm test` looks at, by the cfn-lint that is pinned. */
describeWith('python', "AWS's cfn-lint, on what is packaged", () => {
  test.each(TEMPLATES)('finds nothing in the template of %s', async (_name, make) => {
    const { templatePath } = await make();
    await lint(templatePath);
  });

  test('would find a property that AWS does not know, and a reference to nothing', async () => {
    const { template } = await packageStack();
    const overflow = template.get('Overflow');
    const wrong = { VisibilityTimeOut: 60, QueueName: { Ref: 'Nothing' } };
    const Resources = { Overflow: { ...overflow, Properties: wrong } };
    const folder = await mkdtemp(join(tmpdir(), 'ordered-replay-'));
    const templatePath = join(folder, 'wrong.json');
    try {
      await writeFile(templatePath, JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources }));
      const found = await lint(templatePath).catch(({ message }: Error) => message);
      expect(found).toMatch(/E3002[\s\S]*VisibilityTimeOut|VisibilityTimeOut[\s\S]*E3002/);
      expect(found).toMatch(/Nothing/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
