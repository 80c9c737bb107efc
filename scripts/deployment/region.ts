import { DEFAULT_PROFILE, loadSharedConfigFiles } from '@smithy/core/config';

export interface Region {
  name: string;
  /** Where it was found, in words. */
  from: string;
}

/** What the command line may say about it. */
export interface RegionOptions {
  region?: string;
  'aws-profile'?: string;
}

/**
 * The Region, as the AWS CLI finds it: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
 * Where that finds none it is us-east-1, as ever in Serverless Framework.
 */
export async function findRegion(options: RegionOptions, env: NodeJS.ProcessEnv): Promise<Region> {
  if (options.region) return { name: options.region, from: 'from --region' };
  for (const variable of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const name = env[variable];
    if (name) return { name, from: `from ${variable}` };
  }
  const profile = options['aws-profile'] || env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || DEFAULT_PROFILE;
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const name = credentialsFile[profile]?.region ?? configFile[profile]?.region;
  if (name) return { name, from: `of the profile ${profile}` };
  return { name: 'us-east-1', from: 'since none was chosen' };
}

/** For `${file(./scripts/region.cjs):region}`. */
export async function region({ options }: { options: RegionOptions }): Promise<string> {
  return (await findRegion(options, process.env)).name;
}
