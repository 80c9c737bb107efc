import type { ApiCall, Authorize } from '../../src/local/api-call';
import { AwsError } from '../../src/local/aws-error';
import { LOCAL } from '../../src/local/resource-names';
import { resolveArn } from './local-arns';
import { type Statement, statementsOf, type Template } from './template';

/** One action on one resource that a policy of the stack allows or denies. */
export interface Grant {
  effect: 'Allow' | 'Deny';
  /** Who has it: a role, or the principal that a resource's policy names. */
  principal: string;
  action: string;
  resource: string;
  condition?: Statement['Condition'];
}

/** All that the stack's policies say, in the terms of the local stack. */
export function grantsIn(template: Template): Grant[] {
  const roles = template
    .ofType('AWS::IAM::Role')
    .flatMap(([logicalId, role]) => statementsOf(role).flatMap((each) => grantsOfStatement(logicalId, each)));
  const queues = template
    .ofType('AWS::SQS::QueuePolicy')
    .flatMap(([, policy]) =>
      statementsOf(policy).flatMap((each) => grantsOfStatement(principalOf(each.Principal), each)),
    );
  return [...roles, ...queues];
}

function grantsOfStatement(principal: string, { Effect, Action, Resource, Condition }: Statement): Grant[] {
  const condition = Condition && { condition: Condition };
  return [Action].flat().flatMap((action) =>
    [Resource].flat().map((resource) => ({
      effect: Effect,
      principal,
      action,
      resource: resolveArn(resource),
      ...condition,
    })),
  );
}

function principalOf(principal: unknown): string {
  if (typeof principal === 'string') return principal;
  const service = (principal as Record<string, unknown>).Service;
  if (typeof service === 'string') return service;
  throw new Error(`A principal that is not understood here: ${JSON.stringify(principal)}`);
}

/** IAM's wildcards: `*` is any text, `?` any character. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

/** Whether a grant speaks of a call, and its conditions hold. */
export function applies(grant: Grant, call: ApiCall): boolean {
  return (
    (grant.principal === '*' || grant.principal === call.principal) &&
    matches(grant.action.toLowerCase(), call.action.toLowerCase()) &&
    matches(grant.resource, call.resource) &&
    Object.entries(grant.condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, key, wanted, call)),
    )
  );
}

/** The two conditions that the stack uses. All calls here count as encrypted: the runtime has no TLS to leave out. */
function holds(operator: string, key: string, wanted: unknown, { sourceArn = '' }: ApiCall): boolean {
  if (operator === 'ArnEquals' && key === 'aws:SourceArn') return matches(resolveArn(wanted), sourceArn);
  if (operator === 'Bool' && key === 'aws:SecureTransport') return String(wanted) === 'true';
  throw new Error(`A condition that is not understood here: ${operator} ${key}`);
}

/** What is not allowed is denied, and what is denied is not allowed. */
export function isAllowed(grants: Grant[], call: ApiCall): boolean {
  const applying = grants.filter((grant) => applies(grant, call));
  return applying.length > 0 && applying.every(({ effect }) => effect === 'Allow');
}

export interface AccessLog {
  /** Fails a call that the grants do not allow, as AWS would. */
  authorize: Authorize;
  /** Each call that was made, once. */
  calls(): ApiCall[];
  /** Those of them that failed. */
  denied(): string[];
}

/**
 * Decides by the grants about the calls of the stack's roles, and of who else has any, and keeps all of these calls.
 * Everybody else is the operator, who may do everything.
 */
export function recordAccess(grants: Grant[]): AccessLog {
  const calls = new Map<string, ApiCall>();
  // A role that lost all its grants is still not the operator.
  const known = new Set([...Object.values<string>(LOCAL.roles), ...grants.map(({ principal }) => principal)]);
  return {
    authorize(call) {
      if (!known.has(call.principal)) return;
      calls.set(`${lineOf(call)} ${call.sourceArn}`, call);
      if (!isAllowed(grants, call)) throw accessDenied(call);
    },
    calls: () => [...calls.values()],
    denied: () => driftBetween(grants, [...calls.values()]).notGranted,
  };
}

function accessDenied({ principal, action, resource }: ApiCall): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `${principal} is not authorized to perform: ${action} on resource: ${resource}`,
  );
}

export function lineOf({ principal, action, resource }: ApiCall | Grant): string {
  return `${principal}: ${action} on ${resource}`;
}

/** Where the stack's policies and the calls that are made differ. */
export interface Drift {
  /** Calls that nothing allows. */
  notGranted: string[];
  /** Grants that no call needs. */
  notUsed: string[];
}

export function driftBetween(grants: Grant[], calls: ApiCall[]): Drift {
  const allowing = grants.filter(({ effect }) => effect === 'Allow');
  return {
    notGranted: calls
      .filter((call) => !isAllowed(grants, call))
      .map(lineOf)
      .sort(),
    notUsed: allowing
      .filter((grant) => !calls.some((call) => applies(grant, call)))
      .map(lineOf)
      .sort(),
  };
}
