import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copyStack, linkDependencies, SLS } from '../stack/stack-copy';
import { readTemplate, type Template } from '../stack/template';

const ROOT = resolve(__dirname, '../..');
const run = promisify(execFile);

export interface PackagedOrders {
  template: Template;
  templatePath: string;
  /** What the command had to say. */
  output: string;
  remove(): Promise<void>;
}

/** `sls package` of the example where it stands: in this repository, with its dependencies. */
export async function packageInPlace(): Promise<PackagedOrders> {
  const copy = await copyStack();
  const folder = join(copy.folder, 'examples/orders');
  await cp(join(ROOT, 'examples/orders'), folder, { recursive: true });
  return packageIn(folder, copy.remove);
}

/** `sls package` of the example as a person has it who copied its folder and installed what `npm pack` makes. */
export async function packageCopy(): Promise<PackagedOrders> {
  const copy = await copyStack();
  const folder = `${copy.folder}-orders`;
  await cp(join(ROOT, 'examples/orders'), folder, { recursive: true });
  await linkDependencies(folder);
  await cp(join(ROOT, 'tsconfig.build.json'), join(copy.folder, 'tsconfig.build.json'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: copy.folder });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const installed = join(folder, 'node_modules/ordered-replay');
  await mkdir(installed);
  await run('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  return packageIn(folder, async () => {
    await Promise.all([copy.remove(), rm(folder, { recursive: true })]);
  });
}

/** Without credentials, and without a home that could have some. */
async function packageIn(folder: string, remove: () => Promise<void>): Promise<PackagedOrders> {
  const { stdout, stderr } = await run(process.execPath, [SLS, 'package', '--package', 'packaged'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
  });
  const templatePath = join(folder, 'packaged/cloudformation-template-update-stack.json');
  const template = readTemplate(await readFile(templatePath, 'utf8'));
  return { template, templatePath, output: `${stdout}${stderr}`, remove };
}
