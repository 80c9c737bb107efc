import { isObject } from '../../src/core/json';
import { textOf } from './long-numbers';

/** States of the Amazon States Language, as far as `sequence.asl.json` uses them: https://states-language.net/spec.html */
export interface State {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: Rule[];
  Parameters?: Record<string, unknown>;
  Retry?: Retrier[];
  Catch?: Catcher[];
  TimeoutSeconds?: number;
  TimestampPath?: string;
}

export interface Definition {
  StartAt: string;
  States: Record<string, State>;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
}

interface Catcher {
  ErrorEquals: string[];
  ResultPath?: string;
  Next: string;
}

interface Rule {
  Next?: string;
  Variable?: string;
  Not?: Rule;
  And?: Rule[];
  StringEquals?: string;
  StringMatches?: string;
  NumericLessThan?: number;
  IsPresent?: boolean;
  IsNumeric?: boolean;
}

/** What paths lead into: `$` is the state's input, `$$` what is known of the execution. */
export interface Scope {
  input: unknown;
  context: { Execution: { Input: unknown } };
}

export const isAbout = ({ ErrorEquals }: { ErrorEquals: string[] }, error: string): boolean =>
  ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL');

/** Where a `Choice` goes: to the first rule that holds. */
export function chosen({ Choices = [], Default }: State, scope: Scope): string {
  const next = Choices.find((rule) => holds(rule, scope))?.Next ?? Default;
  if (next === undefined) throw new Error('States.NoChoiceMatched');
  return next;
}

/** Where an error leads that no retrier takes, and with what. */
export function caught(
  { Catch = [] }: State,
  error: string,
  input: unknown,
): { next: string; output: unknown } | undefined {
  const catcher = Catch.find((each) => isAbout(each, error));
  if (!catcher) return undefined;
  const result = { Error: error };
  const name = /^\$\.(\w+)$/.exec(catcher.ResultPath ?? '')?.[1];
  return { next: catcher.Next, output: name ? { ...(input as object), [name]: result } : result };
}

/** A payload template with its paths and functions filled in. */
export function filled(template: Record<string, unknown>, scope: Scope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => {
      if (key.endsWith('.$')) return [key.slice(0, -2), evaluated(value as string, scope)];
      return [key, isObject(value) ? filled(value, scope) : value];
    }),
  );
}

/** What a path leads to; an error where that is nothing, as Step Functions ends an execution for it. */
export function at(path: string, scope: Scope): unknown {
  const value = find(path, scope);
  if (value === undefined) throw new Error(`States.Runtime: there is no ${path}`);
  return value;
}

function find(path: string, { input, context }: Scope): unknown {
  const [root, ...names] = path.split('.');
  return names.reduce<unknown>(
    (value, name) => (isObject(value) ? value[name] : undefined),
    root === '$$' ? context : input,
  );
}

function evaluated(text: string, scope: Scope): unknown {
  if (text.startsWith('$')) return at(text, scope);
  const [, name, list = ''] = /^States\.(\w+)\((.*)\)$/.exec(text) ?? [];
  const [first, ...others] = list.split(', ').map((each) => {
    if (each.startsWith('$')) return at(each, scope);
    return each.startsWith("'") ? each.slice(1, -1) : Number(each);
  });
  if (name === 'MathAdd') return (first as number) + (others[0] as number);
  if (name === 'JsonToString') return textOf(first);
  if (name === 'Format')
    return others.reduce<string>((all, each) => all.replace('{}', String(each)), String(first));
  throw new Error(`The model does not know ${text}.`);
}

function holds(rule: Rule, scope: Scope): boolean {
  if (rule.Not) return !holds(rule.Not, scope);
  if (rule.And) return rule.And.every((each) => holds(each, scope));
  const path = rule.Variable as string;
  if (rule.IsPresent !== undefined) return (find(path, scope) !== undefined) === rule.IsPresent;
  const value = at(path, scope);
  if (rule.IsNumeric !== undefined) return (typeof value === 'number') === rule.IsNumeric;
  if (rule.StringEquals !== undefined) return value === rule.StringEquals;
  if (rule.NumericLessThan !== undefined) return typeof value === 'number' && value < rule.NumericLessThan;
  if (rule.StringMatches?.endsWith('*')) {
    return typeof value === 'string' && value.startsWith(rule.StringMatches.slice(0, -1));
  }
  throw new Error(`The model does not know the rule ${JSON.stringify(rule)}.`);
}
