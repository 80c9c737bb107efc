import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRegion } from '../../scripts/deployment/region';

const CONFIG =
  '[default]\nregion = eu-central-1\n\n[profile work]\nregion = eu-west-1\n\n[profile bare]\noutput = json\n';

let folder: string;
const before = { ...process.env };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordered-replay-'));
  process.env.AWS_CONFIG_FILE = join(folder, 'config');
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials');
  await writeFile(process.env.AWS_CONFIG_FILE, CONFIG);
});
afterEach(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true });
});

describe('the Region is found where the AWS CLI finds it, and it is said where', () => {
  const env = { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'ap-south-1', AWS_PROFILE: 'work' };

  test.each([
    ['--region', { region: 'us-gov-west-1' }, env, 'us-gov-west-1', 'from --region'],
    ['AWS_REGION', {}, env, 'us-west-2', 'from AWS_REGION'],
    ['AWS_DEFAULT_REGION', {}, { ...env, AWS_REGION: '' }, 'ap-south-1', 'from AWS_DEFAULT_REGION'],
    ['AWS_PROFILE', {}, { AWS_PROFILE: 'work' }, 'eu-west-1', 'of the profile work'],
    ['--aws-profile', { 'aws-profile': 'work' }, { AWS_PROFILE: 'bare' }, 'eu-west-1', 'of the profile work'],
    ['the default profile', {}, {}, 'eu-central-1', 'of the profile default'],
    ['nothing', {}, { AWS_PROFILE: 'bare' }, 'us-east-1', 'since none was chosen'],
  ])('%s', async (_where, options, variables, name, from) => {
    expect(await findRegion(options, variables)).toEqual({ name, from });
  });

  test('a home without settings is no error', async () => {
    await rm(join(folder, 'config'));
    expect(await findRegion({}, {})).toEqual({ name: 'us-east-1', from: 'since none was chosen' });
  });

  test('where both files have the profile, the credentials file counts, as for the AWS CLI', async () => {
    await writeFile(join(folder, 'credentials'), '[work]\nregion = sa-east-1\n');
    expect(await findRegion({}, { AWS_PROFILE: 'work' })).toMatchObject({ name: 'sa-east-1' });
  });
});
