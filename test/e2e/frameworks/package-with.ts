import { cp, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyStack, linkDependencies, SCHEMA_CACHE, SLS, type StackCopy } from '../../stack/stack-copy';
import { run } from '../support/command';
import { FRAMEWORKS_MODULES, SERVERLESS_3 } from '../support/frameworks';
import { ROOT } from '../support/tools';

export const FRAMEWORKS = { osls: SLS, 'Serverless Framework 3': SERVERLESS_3 };
export type Framework = keyof typeof FRAMEWORKS;
/** Version 3 hands over to the package `serverless` that it finds installed, which is osls here. */
const INSTALLED: Record<Framework, Record<string, string>> = {
  osls: {},
  'Serverless Framework 3': { serverless: join(FRAMEWORKS_MODULES, 'serverless') },
};

export const SERVICES = { 'ordered-replay': '.', orders: 'examples/orders' };
export type Service = keyof typeof SERVICES;

export interface Packaged {
  /** What `sls deploy` makes first, for the bundles to go to. */
  createTemplate: Template;
  template: Template;
  /** Bundles as they are uploaded, by function. */
  zips: Record<string, Buffer>;
  /** What the framework had to say about serverless.yml. */
  complaints: string[];
}

export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

/**
 * Without a network, credentials or a home that has some. Version 3 would say at the end that there are newer ones,
 * and count its use.
 */
const SILENT = { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
const NO_NETWORK = join(__dirname, 'no-network.cjs');

/** `package` of a service by a framework, in a copy; both have the same plugin, the one that `npm ci` installs. */
export async function packageWith(framework: Framework, service: Service): Promise<Packaged> {
  const { folder, dependencies, remove } = await serviceCopy(service);
  await unlink(dependencies);
  await linkDependencies(dirname(dependencies), INSTALLED[framework]);
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      ['--require', NO_NETWORK, FRAMEWORKS[framework], 'package', '--package', 'packaged'],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...SCHEMA_CACHE, ...SILENT } },
    );
    const packaged = join(folder, 'packaged');
    const template = await readJson(join(packaged, 'cloudformation-template-update-stack.json'));
    return {
      createTemplate: await readJson(join(packaged, 'cloudformation-template-create-stack.json')),
      template,
      zips: await readZips(packaged, template),
      complaints: `${stdout}${stderr}`.split('\n').filter((line) => /^ +at /.test(line)),
    };
  } finally {
    await remove();
  }
}

/** A service in a copy of this repository, with its dependencies. */
export async function serviceCopy(service: Service): Promise<StackCopy> {
  const copy = await copyStack();
  const folder = join(copy.folder, SERVICES[service]);
  if (folder !== copy.folder) await cp(join(ROOT, SERVICES[service]), folder, { recursive: true });
  return { ...copy, folder };
}

async function readJson(file: string): Promise<Template> {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function readZips(folder: string, template: Template): Promise<Record<string, Buffer>> {
  const keys = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => (Properties.Code as { S3Key: string }).S3Key.split('/').at(-1) as string);
  const zips = keys.map(async (key) => [key, await readFile(join(folder, key))] as const);
  return Object.fromEntries(await Promise.all(zips));
}
