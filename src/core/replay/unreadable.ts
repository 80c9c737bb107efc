import { isObject, kindOf, textInWords } from '../json';

/** Stands for a value that its table could not read, with what it is, in words. */
export class Unreadable {
  /** @param stored As the table has it, for a condition that nobody has changed it. */
  constructor(
    readonly is: string,
    readonly stored?: unknown,
  ) {}
}

/** What a value is, for a person who has typed it. */
export function inWords(value: unknown): string {
  if (value instanceof Unreadable) return value.is;
  if (typeof value === 'string') return textInWords(value);
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  return isObject(value) ? 'a map' : kindOf(value);
}
