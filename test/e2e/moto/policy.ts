import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/tools';

export interface PolicyStatement {
  Sid: string;
  Effect: 'Allow';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Policy {
  Version: string;
  Statement: PolicyStatement[];
}

/** Values of the condition keys of a request, such as `iam:PassedToService`. */
export type RequestContext = Record<string, string>;

export function readDeployPolicy(): { text: string; policy: Policy } {
  const text = readFileSync(join(ROOT, 'docs/deploy-policy.json'), 'utf8');
  return { text, policy: JSON.parse(text) };
}

/**
 * Whether an identity policy of `Allow` statements allows a request. An action is matched without regard to case; `*`
 * stands for any characters, of ARNs too. A condition holds if its key is there and one of its values matches.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function allows(policy: Policy, action: string, arn: string, context: RequestContext = {}): boolean {
  return policy.Statement.some(
    ({ Action, Resource, Condition = {} }) =>
      listOf(Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      listOf(Resource).some((pattern) => matches(pattern, arn)) &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) =>
          listOf(values).some((value) => holds(operator, value, context[key])),
        ),
      ),
  );
}

function holds(operator: string, pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (operator === 'StringEquals') return value === pattern;
  if (operator === 'ArnLike') return matches(pattern, value);
  throw new Error(`The condition operator ${operator} is not known here.`);
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function listOf(value: string | string[]): string[] {
  return Array.isArray(value) ? value : [value];
}
