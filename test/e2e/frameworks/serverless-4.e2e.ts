import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMA_CACHE, SLS } from '../../stack/stack-copy';
import { run } from '../support/command';
import { FRAMEWORKS_MODULES } from '../support/frameworks';
import { describeWith, ROOT } from '../support/tools';
import { SERVICES, type Service, serviceCopy } from './package-with';

jest.setTimeout(180_000);

/**
 * Version 4 itself cannot be had from npm (the package downloads a program, which asks for a login), but types that are
 * made from its schema can: what they refuse, it would refuse or complain of.
 */
describeWith('frameworks', 'the schema of Serverless Framework 4', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ordered-replay-'));
    await symlink(FRAMEWORKS_MODULES, join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(Object.keys(SERVICES) as Service[])('allows all of the serverless.yml of %s', async (service) => {
    expect(await complaintsOf(await printed(service))).toBe('');
  });

  test('refuses what it does not know', async () => {
    const config = await printed('ordered-replay');
    expect(await complaintsOf({ ...config, buildings: {} })).toContain('buildings');
    const provider = { ...(config.provider as object), runtime: 'nodejs99.x' };
    expect(await complaintsOf({ ...config, provider })).toContain('nodejs99.x');
  });

  /** What the compiler has to say of a configuration as a literal of the type that version 4 publishes. */
  async function complaintsOf(config: object): Promise<string> {
    const text = JSON.stringify(config, undefined, 1);
    await writeFile(
      join(folder, 'service.ts'),
      `import type { AWS } from '@serverless/typescript';\nexport const service: AWS = ${text};\n`,
    );
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', ''];
    const modules = ['--module', 'preserve', '--moduleResolution', 'bundler'];
    return run(process.execPath, [TSC, ...options, ...modules, 'service.ts'], { cwd: folder }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
  }
});

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A service's configuration with its variables filled in, which the schema is about. */
async function printed(service: Service): Promise<Record<string, unknown>> {
  const { folder, remove } = await serviceCopy(service);
  try {
    const { stdout } = await run(process.execPath, [SLS, 'print', '--format', 'json'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...SCHEMA_CACHE },
    });
    return asWritten(JSON.parse(stdout));
  } finally {
    await remove();
  }
}

/** Without the marks that osls leaves on two properties when it reads them. */
function asWritten({ provider, package: packaging, ...config }: Printed): Record<string, unknown> {
  const { deploymentBucketObject, ...others } = provider;
  const { artifactsS3KeyDirname, ...written } = packaging;
  return { ...config, provider: { ...others, deploymentBucket: deploymentBucketObject }, package: written };
}

interface Printed {
  provider: { deploymentBucketObject?: unknown };
  package: { artifactsS3KeyDirname?: unknown };
}
