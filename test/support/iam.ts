/**
 * IAM's answer to a request, as far as the policies in this repository go: what is denied is denied, what is not
 * allowed is denied. What it does not know is an error, and never an answer.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action: string | string[];
  NotAction?: unknown;
  NotPrincipal?: unknown;
  NotResource?: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** One action on one resource that a statement allows or denies; both may be patterns. */
export interface Grant {
  effect: 'Allow' | 'Deny';
  /** Who has it; `*` is everybody. */
  principal: string;
  action: string;
  resource: string;
  /** By operator and key, the values one of which has to match. */
  condition?: Record<string, Record<string, string[]>>;
}

export interface Request {
  principal: string;
  action: string;
  resource: string;
  /** Values of condition keys, such as `aws:SourceArn`; a key that is not here does not match anything. */
  context?: Record<string, string | undefined>;
}

/**
 * The grants that a statement is made of.
 *
 * @param textOf Text of a resource, or of a condition's value, where the policy is part of a template.
 */
export function grantsOf(
  principal: string,
  statement: Statement,
  textOf: (value: unknown) => string = plainText,
): Grant[] {
  const { Effect: effect, Action, Resource, Condition } = statement;
  for (const name of ['NotAction', 'NotPrincipal', 'NotResource'] as const) {
    if (statement[name] !== undefined) throw new Error(`${name} is not known here.`);
  }
  const textsOf = (value: unknown) => [value].flat().map(textOf);
  const condition = Condition && mapValues(Condition, (keys) => mapValues(keys, (values) => textsOf(values)));
  return [Action].flat().flatMap((action) =>
    textsOf(Resource).map((resource) => ({
      effect,
      principal,
      action,
      resource,
      ...(condition && { condition }),
    })),
  );
}

export function isAllowed(grants: readonly Grant[], request: Request): boolean {
  const applying = grants.filter((grant) => applies(grant, request));
  return applying.length > 0 && applying.every(({ effect }) => effect === 'Allow');
}

/** Whether a grant speaks of a request, and its conditions hold. */
export function applies(grant: Grant, request: Request): boolean {
  return (
    (grant.principal === '*' || grant.principal === request.principal) &&
    actionMatches(grant.action, request.action) &&
    matches(grant.resource, request.resource) &&
    Object.entries(grant.condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, request.context?.[key])),
    )
  );
}

/** Without regard to case. */
export function actionMatches(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Record<string, (pattern: string, value: string) => boolean> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: matches,
  Bool: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  // These two are the same.
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
};

function holds(operator: string, patterns: string[], value: string | undefined): boolean {
  const compare = OPERATORS[operator];
  if (!compare) throw new Error(`The condition operator ${operator} is not known here.`);
  return value !== undefined && patterns.some((pattern) => compare(pattern, value));
}

/** IAM's wildcards: `*` is any text, `?` any character. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

/** Each of the six parts by itself: a wildcard does not reach into the next. */
function arnMatches(pattern: string, arn: string): boolean {
  const parts = partsOf(pattern);
  const values = partsOf(arn);
  return parts.length === values.length && parts.every((part, index) => matches(part, String(values[index])));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

function plainText(value: unknown): string {
  if (['string', 'boolean', 'number'].includes(typeof value)) return String(value);
  throw new Error(`Not a text: ${JSON.stringify(value)}`);
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
