import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type JsonObject } from '../core/json';
import { LOCAL } from './resource-names';

/** One call of an AWS API, as IAM looks at it. */
export interface ApiCall {
  /** Who calls: a role of the stack, the principal of a service, or the access key of anybody else. */
  principal: string;
  /** As policies name it: `sqs:SendMessage`. */
  action: string;
  /** ARN of what the call is about; `*` where the runtime cannot tell, which no policy should allow. */
  resource: string;
  /** Where a service calls by itself: for which of its resources. */
  sourceArn?: string;
}

/** Asked before each call. What it throws is what the call fails with; it must not do anything else. */
export type Authorize = (call: ApiCall) => void;

/** For a service that drops what it may not do, as EventBridge and event source mappings do. */
export function permits(authorize: Authorize | undefined, call: ApiCall): boolean {
  try {
    authorize?.(call);
    return true;
  } catch {
    return false;
  }
}

/** IAM's name of each service, and the ARNs of what a request is about. */
const SERVICES: Record<string, { name: string; resourcesOf: (input: JsonObject) => string[] }> = {
  AmazonSQS: {
    name: 'sqs',
    resourcesOf: ({ QueueUrl }) => arns('sqs', String(QueueUrl ?? '').replace(/^.*\//, '')),
  },
  AWSEvents: {
    name: 'events',
    resourcesOf: ({ ReplayName }) => (ReplayName ? arns('events', `replay/${ReplayName}`) : []),
  },
  AWSStepFunctions: {
    name: 'states',
    resourcesOf: ({ stateMachineArn, executionArn }) =>
      [stateMachineArn, executionArn].filter((arn) => arn !== undefined).map(String),
  },
  DynamoDB_20120810: {
    name: 'dynamodb',
    resourcesOf: (input) => tablesOf(input).flatMap((table) => arns('dynamodb', `table/${table}`)),
  },
};

/**
 * What a request asks for, one call for each resource. The caller is known by its access key: each function of the
 * runtime has one that is named after its role.
 */
export function apiCallsOf(headers: IncomingHttpHeaders, input: JsonObject): ApiCall[] {
  const [prefix = '', operation = ''] = String(headers['x-amz-target']).split('.');
  const service = SERVICES[prefix];
  const [, principal = 'nobody'] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const resources = service?.resourcesOf(input) ?? [];
  return (resources.length > 0 ? resources : ['*']).map((resource) => ({
    principal,
    action: `${service?.name ?? prefix}:${operation}`,
    resource,
  }));
}

/** The tables that a request is about: of one item, of a batch, of a transaction. */
export function tablesOf({ TableName, RequestItems, TransactItems }: JsonObject): string[] {
  const batch = isObject(RequestItems) ? Object.keys(RequestItems) : [];
  const transaction = (Array.isArray(TransactItems) ? TransactItems : [])
    .filter(isObject)
    .flatMap((item) => Object.values(item).map((action) => isObject(action) && action.TableName));
  return [TableName, ...batch, ...transaction].filter((table) => typeof table === 'string');
}

function arns(service: string, resource: string): string[] {
  return [`arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${resource}`];
}
