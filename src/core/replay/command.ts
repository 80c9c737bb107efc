import { isPosition, readBound } from '../event/bounds';
import { OPTIONS } from './options';
import { inWords } from './unreadable';

const MOST_SHOWN = 40;
/** Each is a warning in the row, and all of it has to fit an item of 400 KB. */
const MOST_BAD_FIELDS = 10;

/**
 * What people wish of a run: the map `command` of its row. They write it and nothing else; the service reads it and
 * never writes it. A field that cannot be read is ignored, and named in the row's `warnings`.
 */

/** The fields that can be read. What is switched off is absent, so that equal wishes are equal texts. */
export interface Wishes {
  paused?: true;
  /** For ever: a run that was cancelled does not go on. */
  cancelled?: true;
  /** As in a description, over the run's options. */
  speed?: string;
  idle?: string;
  onMissing?: string;
  /**
   * The run is paused before the first event beyond: a position, or the text of an instant whose events still come.
   */
  until?: string;
  /** Up to this position all events are released at once, then the run is paused. It wins over `paused` and `until`. */
  stepTo?: string;
}

export type WishName = keyof Wishes;

interface WishRule {
  allowed: string;
  /** The value as `Wishes` has it; `undefined` if it is not allowed, `'off'` if it is none. */
  read(value: unknown): Wishes[WishName] | 'off' | undefined;
}

const flag: WishRule = {
  allowed: 'true or false',
  read(value) {
    if (value === true || value === 'true') return true;
    return value === false || value === 'false' ? 'off' : undefined;
  },
};

/** A number is taken for its text: a person may well type speed as one. */
const option = (name: 'speed' | 'idle' | 'onMissing'): WishRule => ({
  allowed: OPTIONS[name].allowed,
  read(value) {
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && OPTIONS[name].parse(text) ? text : undefined;
  },
});

const position: WishRule = {
  allowed: 'the position of an event',
  read: (value) => (typeof value === 'string' && isPosition(value) ? value : undefined),
};

const positionOrInstant: WishRule = {
  allowed: 'the position of an event, or a time such as 2026-11-20T12:00:00Z',
  read: (value) => (typeof value === 'string' ? readBound(value) : undefined),
};

const WISHES: Record<WishName, WishRule> = {
  paused: flag,
  cancelled: flag,
  speed: option('speed'),
  idle: option('idle'),
  onMissing: option('onMissing'),
  until: positionOrInstant,
  stepTo: position,
};

export const WISH_NAMES = Object.keys(WISHES) as WishName[];

export function allowedFor(name: WishName): string {
  return WISHES[name].allowed;
}

/** Any of its fields may hold anything: a person has typed them. */
export type Command = Record<string, unknown>;

export function wishesOf(command: Command = {}): Wishes {
  const read = WISH_NAMES.map((name) => [name, WISHES[name].read(command[name])]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined && value !== 'off'));
}

/** A table gives a map's fields in any order: by their names, whatever is made of them is the same each time. */
export function fieldsInOrder(command: Command): [name: string, value: unknown][] {
  return Object.entries(command).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A field that is ignored, and why, in words. */
export interface BadField {
  field: string;
  is: string;
  expected: string;
}

/** The first of them, where there are many. */
export function badFieldsOf(command: Command): BadField[] {
  const bad = fieldsInOrder(command).flatMap(([name, value]) => {
    // A name such as toString is none of ours.
    const rule = Object.hasOwn(WISHES, name) ? WISHES[name as WishName] : undefined;
    if (rule?.read(value) !== undefined) return [];
    const is = rule ? inWords(value) : 'unknown';
    const expected = rule ? rule.allowed : `one of ${WISH_NAMES.join(', ')}`;
    return [{ field: name.slice(0, MOST_SHOWN), is, expected }];
  });
  return bad.slice(0, MOST_BAD_FIELDS);
}

/** Both are as `wishesOf` made them, or as a row has kept that. */
export function areSame(one: Wishes, other: Wishes): boolean {
  return WISH_NAMES.every((name) => one[name] === other[name]);
}
