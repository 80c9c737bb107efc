import { createHash } from 'node:crypto';
import { readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onceARun } from '../support/once-a-run';
import { copyStack, runSls } from './stack-copy';
import { readTemplate, type Template } from './template';

/** For a `beforeAll`: a few seconds alone, more beside other tests. */
export const PACKAGING_MS = 120_000;

/** All that the suites look at; they share the files, and only read them. */
export interface PackagedStack {
  template: Template;
  templatePath: string;
  templateText: string;
  /** What the command had to say, warnings included. */
  output: string;
  /** Path of a function's bundle. */
  bundlePath(functionName: string): string;
  /** Size of what is uploaded for a function. */
  zipBytes(functionName: string): Promise<number>;
}

/**
 * What `sls package` makes of the stack, once in a run for the same parameters.
 *
 * @param params Values of the stack's parameters, as of `--param`.
 * @param where Such as `--region` and its value.
 */
export async function packageStack(
  params: Record<string, string> = {},
  ...where: string[]
): Promise<PackagedStack> {
  const chosen = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const options = [...chosen, ...where];
  const key = createHash('sha256').update(JSON.stringify(options)).digest('hex');
  const folder = await onceARun(`stack-${key}`, (into) => packageInto(into, options));
  const templatePath = join(folder, 'packaged/cloudformation-template-update-stack.json');
  const templateText = await readFile(templatePath, 'utf8');
  return {
    template: readTemplate(templateText),
    templatePath,
    templateText,
    output: await readFile(join(folder, OUTPUT), 'utf8'),
    bundlePath: (functionName) => join(folder, `.esbuild/.build/functions/${functionName}.js`),
    zipBytes: async (functionName) => (await stat(join(folder, `packaged/${functionName}.zip`))).size,
  };
}

const OUTPUT = 'output.txt';

async function packageInto(folder: string, options: string[]): Promise<void> {
  const { dependencies } = await copyStack(folder);
  const stackFile = join(folder, 'serverless.yml');
  const text = await readFile(stackFile, 'utf8');
  // The bundles are looked at too; otherwise only zip files would be left of them.
  await writeFile(stackFile, text.replace('    bundle: true\n', '$&    keepOutputDirectory: true\n'));
  const output = await runSls(folder, 'package', '--package', 'packaged', ...options);
  await writeFile(join(folder, OUTPUT), output);
  // A bundle has to do without them, as in Lambda.
  await unlink(dependencies);
}
