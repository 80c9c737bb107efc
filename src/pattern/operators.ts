import { isObject } from '../core/json';
import { InvalidEventPatternError } from './error';
import { isLeaf, type Leaf } from './leaves';
import { addressRange, isComparable, numericRange } from './ranges';
import { wildcardMatcher } from './wildcard';

export type LeafTest = (leaf: Leaf) => boolean;

/** What `{"exists": false}` compiles to: it is met by a path without a leaf, so there is no leaf to test. */
export const ABSENT = Symbol('absent');

type ElementTest = LeafTest | typeof ABSENT;
type Operator = (argument: unknown, at: string) => ElementTest;
type TextComparison = (text: string, argument: string) => boolean;

const startsWith: TextComparison = (text, prefix) => text.startsWith(prefix);
const endsWith: TextComparison = (text, suffix) => text.endsWith(suffix);
const equals: TextComparison = (text, other) => text === other;

const OPERATORS = new Map<string, Operator>([
  ['prefix', (argument, at) => affix('prefix', startsWith, argument, at)],
  ['suffix', (argument, at) => affix('suffix', endsWith, argument, at)],
  ['equals-ignore-case', (argument, at) => ignoringCase(equals, argument, at)],
  ['wildcard', (argument, at) => onText(wildcardMatcher(textOf('wildcard', argument, at), at))],
  ['anything-but', anythingBut],
  ['numeric', numericRange],
  ['exists', exists],
  ['cidr', (argument, at) => onText(addressRange(textOf('cidr', argument, at), at))],
]);

/** The names of the operators, as they stand in a pattern. */
export const OPERATOR_NAMES = [...OPERATORS.keys()];

/** The operators that `anything-but` negates. */
const NEGATABLE = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

/**
 * Compiles one element of a pattern's array: a plain value, or an object with one operator.
 *
 * @param at where the element stands in the pattern, for messages.
 * @throws InvalidEventPatternError
 */
export function compileElement(element: unknown, at: string): ElementTest {
  // Numbers are equal by value: JSON.parse has made one of 300, 300.0 and 3.0e2.
  if (isLeaf(element)) return (leaf) => leaf === element;
  if (isObject(element)) return operatorOf(element, OPERATOR_NAMES, 'match type', at);
  const reason = 'Match value must be String, number, true, false, null, or an object with one operator';
  throw new InvalidEventPatternError(reason, at, element);
}

function operatorOf(expression: object, allowed: readonly string[], what: string, at: string): ElementTest {
  const [name, argument] = onlyEntry(expression, allowed, what, at);
  return (OPERATORS.get(name) as Operator)(argument, `${at}.${name}`);
}

/** The string operators match no other type: the number 12 has no prefix. */
function onText(test: (text: string) => boolean): LeafTest {
  return (leaf) => typeof leaf === 'string' && test(leaf);
}

function affix(name: string, compare: TextComparison, argument: unknown, at: string): LeafTest {
  if (typeof argument === 'string') return onText((text) => compare(text, argument));
  if (!isObject(argument)) {
    const reason = `${name} match pattern must be a string or {"equals-ignore-case": string}`;
    throw new InvalidEventPatternError(reason, at, argument);
  }
  const [inner, text] = onlyEntry(argument, ['equals-ignore-case'], `${name} pattern`, at);
  return ignoringCase(compare, text, `${at}.${inner}`);
}

function ignoringCase(compare: TextComparison, argument: unknown, at: string): LeafTest {
  const lowered = textOf('equals-ignore-case', argument, at).toLowerCase();
  return onText((text) => compare(text.toLowerCase(), lowered));
}

function exists(argument: unknown, at: string): ElementTest {
  if (typeof argument === 'boolean') return argument ? () => true : ABSENT;
  throw new InvalidEventPatternError('exists match pattern must be either true or false', at, argument);
}

/** Matches every leaf that is not excluded, of whatever type; but a missing one is nothing that differs. */
function anythingBut(argument: unknown, at: string): LeafTest {
  if (isObject(argument)) return anythingButOperator(argument, at);
  const values = listOf(argument);
  const oneKind = values.every((value) => typeof value === 'string') || values.every(isComparable);
  if (values.length === 0 || !oneKind) {
    const reason =
      'Value of anything-but must be a string, a number between -5e9 and 5e9, a list of only strings or only ' +
      `such numbers, or an object with one of ${NEGATABLE.join(', ')}`;
    throw new InvalidEventPatternError(reason, at, argument);
  }
  const excluded = new Set<unknown>(values);
  return (leaf) => !excluded.has(leaf);
}

function anythingButOperator(expression: object, at: string): LeafTest {
  const [name, argument] = onlyEntry(expression, NEGATABLE, 'anything-but pattern', at);
  const texts = listOf(argument);
  // An empty prefix or suffix fits every string, so that the pattern would match none.
  const emptyAllowed = name !== 'prefix' && name !== 'suffix';
  if (
    texts.length === 0 ||
    !texts.every((text) => typeof text === 'string' && (text !== '' || emptyAllowed))
  ) {
    const kind = emptyAllowed ? 'string' : 'non-empty string';
    const reason = `anything-but ${name} match pattern must be a ${kind} or a list of them`;
    throw new InvalidEventPatternError(reason, `${at}.${name}`, argument);
  }
  const excluded = texts.map((text) => operatorOf({ [name]: text }, NEGATABLE, 'match type', at) as LeafTest);
  return (leaf) => !excluded.some((test) => test(leaf));
}

function textOf(name: string, argument: unknown, at: string): string {
  if (typeof argument === 'string') return argument;
  throw new InvalidEventPatternError(`${name} match pattern must be a string`, at, argument);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The key and the value of an object that must have exactly one, of those allowed. */
function onlyEntry(object: object, allowed: readonly string[], what: string, at: string): [string, unknown] {
  const [first, ...others] = Object.entries(object);
  const names = allowed.join(', ');
  if (!first || others.length > 0) {
    throw new InvalidEventPatternError(
      `Only one key allowed in match expression, one of ${names}`,
      at,
      object,
    );
  }
  if (!allowed.includes(first[0])) {
    throw new InvalidEventPatternError(`Unrecognized ${what} ${first[0]}, allowed are ${names}`, at, object);
  }
  return first;
}
