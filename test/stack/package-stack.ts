import { execFile } from 'node:child_process';
import { readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyStack, SLS } from './stack-copy';
import { readTemplate, type Template } from './template';

/** For a `beforeAll`: a few seconds alone, more beside other tests. */
export const PACKAGING_MS = 120_000;

export interface PackagedStack {
  template: Template;
  templatePath: string;
  /** What the command had to say, warnings included. */
  output: string;
  /** Path of a function's bundle. */
  bundlePath(functionName: string): string;
  /** Size of what is uploaded for a function. */
  zipBytes(functionName: string): Promise<number>;
  remove(): Promise<void>;
}

/**
 * Runs `sls package` on a copy of the stack; without
 * credentials, and without a home that could have some.
 *
 * @param params Values of the stack's parameters, as of `--param`.
 */
export async function packageStack(params: Record<string, string> = {}): Promise<PackagedStack> {
  const { folder, dependencies, remove } = await copyStack();
  const stackFile = join(folder, 'serverless.yml');
  const text = await readFile(stackFile, 'utf8');
  // The bundles are looked at too; otherwise only zip files would be left of them.
  await writeFile(stackFile, text.replace('    bundle: true\n', '$&    keepOutputDirectory: true\n'));

  const options = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [SLS, 'package', '--package', 'packaged', ...options],
    { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } },
  );
  // A bundle has to do without them, as in Lambda.
  await unlink(dependencies);

  const templatePath = join(folder, 'packaged/cloudformation-template-update-stack.json');
  return {
    template: readTemplate(await readFile(templatePath, 'utf8')),
    templatePath,
    output: `${stdout}${stderr}`,
    bundlePath: (functionName) => join(folder, `.esbuild/.build/functions/${functionName}.js`),
    zipBytes: async (functionName) => (await stat(join(folder, `packaged/${functionName}.zip`))).size,
    remove,
  };
}
