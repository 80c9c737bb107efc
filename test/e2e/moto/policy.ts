import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Grant, grantsOf, isAllowed, type Request, type Statement } from '../../support/iam';
import { ROOT } from '../support/tools';

/** Values of the condition keys of a request, such as `iam:PassedToService`. */
export type RequestContext = NonNullable<Request['context']>;

/** Whoever has the policy in docs/deploy-policy.json. */
const DEPLOYER = 'deployer';

export interface DeployPolicy {
  text: string;
  statements: Statement[];
  grants: Grant[];
}

export function readDeployPolicy(): DeployPolicy {
  const text = readFileSync(join(ROOT, 'docs/deploy-policy.json'), 'utf8');
  const { Statement: statements } = JSON.parse(text) as { Statement: Statement[] };
  return { text, statements, grants: statements.flatMap((each) => grantsOf(DEPLOYER, each)) };
}

export function mayDeploy(
  { grants }: DeployPolicy,
  action: string,
  arn: string,
  context: RequestContext = {},
): boolean {
  return isAllowed(grants, { principal: DEPLOYER, action, resource: arn, context });
}
