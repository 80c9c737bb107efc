import { distance } from 'fastest-levenshtein';

/** As people type a name, in any case, with dashes and underscores or without. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** The name that somebody plainly meant, although it is none of these; the nearest one. */
export function nearName<Name extends string>(typed: string, names: readonly Name[]): Name | undefined {
  const key = plainName(typed);
  const slips = (name: string) => distance(key, plainName(name));
  const near = names.filter((name) => isNear(key, plainName(name)));
  return near.sort((one, other) => slips(one) - slips(other))[0];
}

/** One letter in three is missing, too much or another, or two have changed places. */
function isNear(key: string, name: string): boolean {
  const edits = distance(key, name);
  if (edits <= Math.floor(name.length / 3)) return true;
  return edits === 2 && [...key].sort().join('') === [...name].sort().join('');
}
