import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGING_MS } from '../stack/package-stack';
import { copyStack, runSls, type StackCopy } from '../stack/stack-copy';

/** The command itself, without an account: what it says, and that nothing is made. */

jest.setTimeout(PACKAGING_MS);

let stack: StackCopy;
beforeAll(async () => {
  stack = await copyStack();
});
afterAll(() => stack.remove());

/** The lines of a command that refuses. */
async function refusal({ folder }: StackCopy, ...args: string[]): Promise<string[]> {
  const refused = await runSls(folder, ...args).catch(
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  if (typeof refused === 'string') throw new Error(`It went through:\n${refused}`);
  expect(refused.code).toBe(1);
  expect(existsSync(join(folder, '.serverless'))).toBe(false);
  return `${refused.stdout}${refused.stderr}`.split('\n');
}

test('sls package stops at parameters that are not allowed, with a line for each', async () => {
  const params = ['speed=fast', 'orderingkey=detail.orderId', 'archiveName=orders-archive'];
  expect(await refusal(stack, 'package', ...params.flatMap((param) => ['--param', param]))).toEqual(
    expect.arrayContaining([
      'speed=fast: allowed is a number above 0 (1 is as recorded, 10 ten times faster), or max.',
      'orderingkey=detail.orderId: there is no such parameter; did you mean orderingKey?',
      expect.stringMatching(/^archiveName=orders-archive: allowed is an archive together with its bus/),
    ]),
  );
});

test('sls deploy stops before it asks AWS anything, and at a stage that is too long too', async () => {
  const stage = 's'.repeat(34);
  const lines = await refusal(stack, 'deploy', '--stage', stage, '--param', 'buckets=65');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(`^stage=${stage}: allowed are 33 characters, it has 34: `),
      'buckets=65: allowed is 1 to 64.',
    ]),
  );
  expect(lines.join('\n')).not.toMatch(/credentials/i);
});

test('what stands under a stage in serverless.yml is checked as what is typed, and no other stage is', async () => {
  const own = await copyStack();
  try {
    const file = join(own.folder, 'serverless.yml');
    const ofProd = 'params:\n  prod:\n    idel: 5s\n    buckets: 0\n';
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^params:\n/m, ofProd));
    expect(await refusal(own, 'package', '--stage', 'prod')).toEqual(
      expect.arrayContaining([
        'idel=5s: there is no such parameter; did you mean idle?',
        'buckets=0: allowed is 1 to 64.',
      ]),
    );
    expect(await runSls(own.folder, 'package')).toContain('Service packaged');
  } finally {
    await own.remove();
  }
});

test('the Region is that of the profile, and the command says so', async () => {
  const own = await copyStack();
  try {
    await mkdir(join(own.folder, '.aws'));
    await writeFile(join(own.folder, '.aws/config'), '[profile work]\nregion = eu-west-1\n');
    const output = await runSls(own.folder, 'package', '--aws-profile', 'work');
    expect(output).toContain('for stage dev (eu-west-1)');
    expect(output).toContain('Region: eu-west-1, of the profile work');
  } finally {
    await own.remove();
  }
});
