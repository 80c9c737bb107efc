import { distance } from 'fastest-levenshtein';
import { OPTION_NAMES, type OptionName } from './options';

/** Settled before the first event is collected, so a description comes too late for them. */
const STACK_ONLY = ['tiebreaker', 'tiebreakerType'] as const;

export type OptionOrSetting = OptionName | (typeof STACK_ONLY)[number];

const NAMES = new Map<string, OptionOrSetting>(
  [...OPTION_NAMES, ...STACK_ONLY].map((name) => [plain(name), name]),
);

export function isOfTheStack(name: OptionOrSetting): name is (typeof STACK_ONLY)[number] {
  return (STACK_ONLY as readonly string[]).includes(name);
}

/** The option that a key names, in any case, with dashes or without; or the one that it nearly names. */
export function optionNamed(typed: string): { name: OptionOrSetting; isExact: boolean } | undefined {
  const key = plain(typed);
  const exact = NAMES.get(key);
  if (exact) return { name: exact, isExact: true };
  const near = [...NAMES].filter(([name]) => isNear(key, name));
  const [[, name] = []] = near.sort(([one], [other]) => distance(key, one) - distance(key, other));
  return name && { name, isExact: false };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** One letter in three is missing, too much or another, or two have changed places. */
function isNear(key: string, name: string): boolean {
  const edits = distance(key, name);
  if (edits <= Math.floor(name.length / 3)) return true;
  return edits === 2 && [...key].sort().join('') === [...name].sort().join('');
}
