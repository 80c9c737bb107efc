import { LOCAL } from '../../src/local/resource-names';
import type { Grant } from '../support/iam';
import { GRANTS } from './grants';
import { localArn, resolveArn } from './local-arns';

/**
 * The list of grants in the terms of the local stack, for suites that have no time to package the stack: that the
 * template says the same is tested where it is packaged.
 */
export function listedGrants(): Grant[] {
  return Object.entries(GRANTS).flatMap(([principal, lines]) =>
    lines.map((line) => {
      const [, effect, action = '', resource = ''] = /^(Allow|Deny) (\S+) on (\S+)$/.exec(line) ?? [];
      return { effect: effect as Grant['effect'], principal, action, resource: arnOf(resource) };
    }),
  );
}

function arnOf(resource: string): string {
  if (resource === '*') return resource;
  const [service, ...rest] = resource.split(':');
  if (rest.length === 0) return localArn(resource);
  return resolveArn({ 'Fn::Sub': `arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${rest.join(':')}` });
}
