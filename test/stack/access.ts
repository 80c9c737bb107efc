import type { ApiCall, Authorize } from '../../src/local/api-call';
import { AwsError } from '../../src/local/aws-error';
import { LOCAL } from '../../src/local/resource-names';
import { applies, type Grant, grantsOf, isAllowed, type Request } from '../support/iam';
import { resolveArn } from './local-arns';
import { statementsOf, type Template } from './template';

/** All that the stack's policies say, in the terms of the local stack. */
export function grantsIn(template: Template): Grant[] {
  const roles = template
    .ofType('AWS::IAM::Role')
    .flatMap(([logicalId, role]) => statementsOf(role).flatMap((each) => grantsOf(logicalId, each, textOf)));
  const queues = template
    .ofType('AWS::SQS::QueuePolicy')
    .flatMap(([, policy]) =>
      statementsOf(policy).flatMap((each) => grantsOf(principalOf(each.Principal), each, textOf)),
    );
  return [...roles, ...queues];
}

/** A resource's ARN, a condition's ARN or flag. */
function textOf(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : resolveArn(value);
}

function principalOf(principal: unknown): string {
  if (typeof principal === 'string') return principal;
  const service = (principal as Record<string, unknown>).Service;
  if (typeof service === 'string') return service;
  throw new Error(`A principal that is not understood here: ${JSON.stringify(principal)}`);
}

/** What IAM is asked. All calls here count as encrypted: the runtime has no TLS to leave out. */
export function requestOf({ principal, action, resource, sourceArn }: ApiCall): Request {
  return {
    principal,
    action,
    resource,
    context: { 'aws:SourceArn': sourceArn, 'aws:SecureTransport': 'true' },
  };
}

export const mayCall = (grants: Grant[], call: ApiCall): boolean => isAllowed(grants, requestOf(call));

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
      if (!mayCall(grants, call)) throw accessDenied(call);
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
      .filter((call) => !mayCall(grants, call))
      .map(lineOf)
      .sort(),
    notUsed: allowing
      .filter((grant) => !calls.some((call) => applies(grant, requestOf(call))))
      .map(lineOf)
      .sort(),
  };
}
