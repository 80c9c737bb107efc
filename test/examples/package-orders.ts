import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { installConsumer } from '../package/packed-consumer';
import { copyStack, linkDependencies, runSls } from '../stack/stack-copy';
import { readTemplate, type Template } from '../stack/template';
import { onceARun } from '../support/once-a-run';

const EXAMPLE = resolve(__dirname, '../../examples/orders');
const OUTPUT = 'output.txt';

export interface PackagedOrders {
  template: Template;
  templatePath: string;
  /** What the command had to say. */
  output: string;
}

/** `sls package` of the example where it stands: in this repository, with its dependencies. */
export async function packageInPlace(): Promise<PackagedOrders> {
  const place = 'examples/orders';
  const root = await onceARun('orders-in-place', async (into) => {
    await copyStack(into);
    await packageIn(join(into, place));
  });
  return packagedIn(join(root, place));
}

/** `sls package` of the example as a person has it who copied its folder and installed what `npm pack` makes. */
export async function packageCopy(): Promise<PackagedOrders> {
  const folder = await onceARun('orders-copied', async (into) => {
    await linkDependencies(into);
    await installConsumer(into);
    await packageIn(into);
  });
  return packagedIn(folder);
}

async function packageIn(folder: string): Promise<void> {
  await cp(EXAMPLE, folder, { recursive: true });
  const output = await runSls(folder, 'package', '--package', 'packaged');
  await writeFile(join(folder, OUTPUT), output);
}

async function packagedIn(folder: string): Promise<PackagedOrders> {
  const templatePath = join(folder, 'packaged/cloudformation-template-update-stack.json');
  return {
    template: readTemplate(await readFile(templatePath, 'utf8')),
    templatePath,
    output: await readFile(join(folder, OUTPUT), 'utf8'),
  };
}
