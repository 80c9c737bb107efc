import type { Statement } from '../support/iam';

/** A CloudFormation template as it comes out for its parameters' defaults: conditions decided, parameters filled in. */
export interface Template {
  resources: Record<string, Resource>;
  outputs: Record<string, { Value: unknown; Export: { Name: string } }>;
  parameters: Record<string, { Default: string }>;
  get(logicalId: string): Resource;
  /** The environment variables of a function. */
  environment(functionName: string): Record<string, unknown>;
  ofType(type: string): [logicalId: string, resource: Resource][];
}

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  Condition?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface RawTemplate {
  Parameters: Template['parameters'];
  Conditions: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs: Template['outputs'];
}

export function readTemplate(json: string): Template {
  const raw = JSON.parse(json) as RawTemplate;
  const holds = (condition: string) => evaluate(raw.Conditions[condition], raw) === true;
  const existing = Object.entries(raw.Resources).filter(
    ([, { Condition }]) => Condition === undefined || holds(Condition),
  );
  const resources = evaluate(Object.fromEntries(existing), raw) as Template['resources'];
  const get = (logicalId: string) => {
    const resource = resources[logicalId];
    if (!resource) throw new Error(`There is no resource ${logicalId}.`);
    return resource;
  };
  return {
    resources,
    outputs: evaluate(raw.Outputs, raw) as Template['outputs'],
    parameters: raw.Parameters,
    get,
    environment(functionName) {
      const logicalId = `${functionName.slice(0, 1).toUpperCase()}${functionName.slice(1)}LambdaFunction`;
      return (get(logicalId).Properties.Environment as { Variables: Record<string, unknown> }).Variables;
    },
    ofType: (type) => Object.entries(resources).filter(([, resource]) => resource.Type === type),
  };
}

/** Decides what depends on parameters alone; references to resources stay as they are. */
function evaluate(value: unknown, raw: RawTemplate): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, raw));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  const intrinsic = others.length === 0 ? INTRINSICS[name] : undefined;
  if (intrinsic) return intrinsic(argument as never, raw) ?? value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item, raw)]));
}

const INTRINSICS: Record<string, (argument: never, raw: RawTemplate) => unknown> = {
  Ref: (name: string, { Parameters }) => Parameters[name]?.Default,
  'Fn::Equals': (pair: [unknown, unknown], raw) => evaluate(pair[0], raw) === evaluate(pair[1], raw),
  'Fn::Not': ([condition]: [unknown], raw) => !evaluate(condition, raw),
  'Fn::If': ([condition, ifTrue, ifFalse]: [string, unknown, unknown], raw) =>
    evaluate(evaluate(raw.Conditions[condition], raw) ? ifTrue : ifFalse, raw),
  'Fn::Sub': (argument: string | [string, Record<string, unknown>], raw) => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const values = evaluate(variables, raw) as Record<string, unknown>;
    const filled = text.replace(/\$\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name] ?? raw.Parameters[name]?.Default;
      return typeof value === 'string' ? value : placeholder;
    });
    const open = Object.entries(values).filter(([, value]) => typeof value !== 'string');
    return { 'Fn::Sub': open.length > 0 ? [filled, Object.fromEntries(open)] : filled };
  },
};

interface WithDocument {
  PolicyDocument: { Statement: Statement[] };
}

/** The statements of a role's policies, or of a resource's own one. */
export function statementsOf({ Properties }: Resource): Statement[] {
  const policies = (Properties.Policies ?? [Properties]) as WithDocument[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** What a role may do, one line for each action and resource. */
export function grantsOf(role: Resource): string[] {
  return statementsOf(role)
    .flatMap(({ Effect, Action, Resource }) =>
      listOf(Action).flatMap((action) =>
        listOf(Resource).map((resource) => `${Effect} ${action} on ${nameOf(resource)}`),
      ),
    )
    .sort();
}

/** Who may take a role, and under which conditions. */
export function trustOf(role: Resource): Statement[] {
  return (role.Properties.AssumeRolePolicyDocument as { Statement: Statement[] }).Statement;
}

function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [argument] = Object.values(resource as Record<string, string | string[]>);
  const name = Array.isArray(argument) ? argument[0] : argument;
  return String(name).replace(/^arn:|\$\{AWS::\w+\}:/g, '');
}
