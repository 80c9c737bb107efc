import { randomUUID } from 'node:crypto';
import { withNumbers } from '../core/event/exact-number';

/**
 * JSON values whose numbers keep their text, for what works on values and would round them: each number that JavaScript would
 * write in another way is a text of its own, which nobody else can have. What compares numbers cannot compare these.
 */
const MARK = `number ${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

/** @throws SyntaxError as `JSON.parse` does. */
export function readExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (JSON.stringify(value) === text) return value;
  const marked = withNumbers(text, (token) =>
    String(Number(token)) === token ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked);
}

export function writeExactJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARKED, '$1');
}
