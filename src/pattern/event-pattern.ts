/**
 * EventBridge's event patterns, as its rules, archives and replays use them:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * A pattern has the shape of the events it matches. All its fields must match (and), each by any value of its
 * array (or). What the page leaves open follows AWS's own engine, https://github.com/aws/event-ruler:
 *
 * 1. Only leaves are compared: an object, an empty array and a missing field are all absent.
 * 2. A path is its names joined by dots, so `{"a": {"b": [1]}}` and `{"a.b": [1]}` are one pattern.
 * 3. Arrays leave no trace in a path; of an array's several leaves one has to match.
 * 4. Fields found under one array must be found in the same element of it, at every depth.
 * 5. `$or` makes one branch of the pattern for each of its objects. It does so only with two objects or more,
 *    none of which has a field named like an operator; otherwise it is a field's name like any other.
 *
 * A field that a pattern names both inside and outside of `$or` must match both; EventBridge does not define this.
 */
import { isObject, type JsonObject } from '../core/json';
import { InvalidEventPatternError } from './error';
import { type ArrayElements, areConsistent, type EventLeaf, joinPath, leavesByPath } from './leaves';
import { ABSENT, compileElement, type LeafTest, OPERATOR_NAMES } from './operators';

export { InvalidEventPatternError };

/** EventBridge refuses a pattern whose `$or` arrays multiply to more branches than this. */
const MAX_BRANCHES = 1_000;

/** Names that keep an array called `$or` from being an alternative. Event-ruler keeps more, for its future. */
const RESERVED_NAMES = [...OPERATOR_NAMES, 'exactly', '=', '<', '<=', '>', '>='];

/** What a pattern demands of one path. */
interface Condition {
  path: string;
  tests: LeafTest[];
  /** Whether the path may have no leaf. */
  mayBeAbsent: boolean;
}

/** Conditions that must all be met. */
type Branch = Condition[];

/**
 * Compiles an event pattern to a function that tells whether an event matches it.
 *
 * @param pattern the pattern as an object, or as JSON text. It is read once; later changes to it have no effect.
 * @throws InvalidEventPatternError for a pattern that EventBridge would not accept.
 * @example
 * const isReplayed = compilePattern({ 'replay-name': [{ exists: true }] });
 * isReplayed({ 'replay-name': 'again' }); // true
 */
export function compilePattern(pattern: unknown): (event: JsonObject) => boolean {
  const root = typeof pattern === 'string' ? parseJson(pattern) : pattern;
  if (!isObject(root)) throw new InvalidEventPatternError('Filter is not an object', 'the pattern', root);
  const branches = compileObject(root, undefined, '').map(inPathOrder);
  return (event) => {
    const leaves = leavesByPath(event);
    return branches.some((branch) => meets(branch, leaves));
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventPatternError((cause as Error).message, 'the pattern', text, { cause });
  }
}

/** @param at the place in the pattern, which unlike the path also tells `$or` and its elements. */
function compileObject(pattern: JsonObject, path: string | undefined, at: string): Branch[] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) {
    throw new InvalidEventPatternError('Empty objects are not allowed', at || 'the pattern', pattern);
  }
  let branches: Branch[] = [[]];
  for (const [name, value] of fields) {
    const alternatives = compileField(name, value, path, at === '' ? name : `${at}.${name}`);
    const count = branches.length * alternatives.length;
    if (count > MAX_BRANCHES) {
      const reason = `$or makes ${count} rule combinations, allowed are ${MAX_BRANCHES}`;
      throw new InvalidEventPatternError(reason, at || 'the pattern', pattern);
    }
    branches = branches.flatMap((branch) => alternatives.map((alternative) => [...branch, ...alternative]));
  }
  return branches;
}

function compileField(name: string, value: unknown, parent: string | undefined, at: string): Branch[] {
  if (name === '$or' && isAlternative(value)) {
    return value.flatMap((branch, index) => compileObject(branch, parent, `${at}[${index}]`));
  }
  const path = joinPath(parent, name);
  if (isObject(value)) return compileObject(value, path, at);
  if (!Array.isArray(value)) {
    throw new InvalidEventPatternError(`"${name}" must be an object or an array`, at, value);
  }
  if (value.length === 0) throw new InvalidEventPatternError('Empty arrays are not allowed', at, value);
  const tests = value.map((element, index) => compileElement(element, `${at}[${index}]`));
  const onLeaf = tests.filter((test) => test !== ABSENT);
  return [[{ path, tests: onLeaf, mayBeAbsent: onLeaf.length < tests.length }]];
}

function isAlternative(value: unknown): value is JsonObject[] {
  const isBranch = (item: unknown) =>
    isObject(item) && !Object.keys(item).some((name) => RESERVED_NAMES.includes(name));
  return Array.isArray(value) && value.length >= 2 && value.every(isBranch);
}

/**
 * Event-ruler walks the paths in this order, which shows where an array is only partly entered: `exists: false`
 * looks at the elements that the paths before it have settled on, and at all elements where there are none.
 */
function inPathOrder(branch: Branch): Branch {
  return branch.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Whether all the branch's conditions can be met together. Follows every distinct choice of array elements that is
 * still possible, and forgets an array after the last path that enters it, so that independent arrays do not
 * multiply.
 */
function meets(branch: Branch, leaves: ReadonlyMap<string, EventLeaf[]>): boolean {
  const lastUse = new Map<number, number>();
  branch.forEach(({ path }, index) => {
    for (const { elements } of leaves.get(path) ?? []) {
      for (const array of elements.keys()) lastUse.set(array, index);
    }
  });
  let choices: ArrayElements[] = [new Map()];
  branch.forEach((condition, index) => {
    const found = leaves.get(condition.path) ?? [];
    const next = new Map<string, ArrayElements>();
    for (const choice of choices.flatMap((settled) => continuations(condition, found, settled))) {
      const needed = [...choice].filter(([array]) => (lastUse.get(array) ?? -1) > index).sort();
      next.set(needed.join(), new Map(needed));
    }
    choices = [...next.values()];
  });
  return choices.length > 0;
}

/** The choices of array elements that meet this condition as well as those before it. */
function continuations(condition: Condition, found: EventLeaf[], settled: ArrayElements): ArrayElements[] {
  const reachable = found.filter((leaf) => areConsistent(leaf.elements, settled));
  if (reachable.length === 0) return condition.mayBeAbsent ? [settled] : [];
  const matching = reachable.filter(({ value }) => condition.tests.some((test) => test(value)));
  const places = new Set(matching.map(({ elements }) => elements));
  return [...places].map((elements) => new Map([...settled, ...elements]));
}
