export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names a value's kind for an error message, without quoting what may be private. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'empty';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const MOST_SHOWN = 40;

/** A text that somebody typed, as a message shows it: its beginning. What follows the time of a position is an event's. */
export function textInWords(text: string): string {
  const shown = text.slice(0, MOST_SHOWN).replace(/#.*$/s, '#…');
  return text === '' ? 'empty' : `the text ${JSON.stringify(shown)}`;
}
