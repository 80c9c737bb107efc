import { isObject } from '../json';
import { isPath } from './options';

/**
 * What each attribute of a row may hold. The service writes nothing else, but a person can type anything.
 *
 * A rule that `stops` is of an attribute that the replay cannot do without: nothing goes on until it is corrected. Any
 * other value that cannot be read counts as absent.
 */
export interface Rule {
  expected: string;
  holds(value: unknown): boolean;
  stops?: boolean;
  /** Every row has it from its beginning. */
  always?: boolean;
  /** Of a map: its parts. */
  parts?: [name: string, rule: Rule][];
  /** Of a part: where it does not hold, the rest of its map counts all the same. */
  alone?: boolean;
}

/** A row is read often, and its paths hardly ever change; compiling one takes as long as all the rest. */
const goodPaths = new Set<string>();
const MOST_PATHS = 100;

export function isGoodPath(path: unknown): boolean {
  if (typeof path !== 'string') return false;
  if (goodPaths.has(path)) return true;
  if (!isPath(path)) return false;
  if (goodPaths.size >= MOST_PATHS) goodPaths.clear();
  goodPaths.add(path);
  return true;
}

export const text: Rule = { expected: 'a text', holds: (value) => typeof value === 'string' };
export const instant: Rule = {
  expected: 'an instant such as 2026-11-20T12:00:00.000Z',
  holds: Number.isFinite,
};
export const map: Rule = { expected: 'a map', holds: isObject };
export const upTo = (most: number): Rule => ({
  expected: `a whole number from 0 to ${most}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most,
});
export const count = upTo(Number.MAX_SAFE_INTEGER - 1);

export const needed = (rule: Rule): Rule => ({ ...rule, stops: true });
export const always = (rule: Rule): Rule => ({ ...rule, stops: true, always: true });

const partsHold =
  (parts: [name: string, rule: Rule][]) =>
  (value: unknown): boolean =>
    isObject(value) &&
    parts.every(([name, { always, holds }]) => (value[name] === undefined ? !always : holds(value[name])));

/** What is only shown to people: as a whole as it was written, or absent. */
export const shown = (...parts: [name: string, rule: Rule][]): Rule => ({
  expected: 'a map as the service writes it',
  holds: partsHold(parts),
});
export const must = (rule: Rule): Rule => ({ ...rule, always: true });
export const number: Rule = { expected: 'a number', holds: Number.isFinite };
