import { nearName, plainName } from '../near-name';
import { OPTION_NAMES, type OptionName } from './options';

/** Settled before the first event is collected, so a description comes too late for them. */
const STACK_ONLY = ['tiebreaker', 'tiebreakerType'] as const;

export type OptionOrSetting = OptionName | (typeof STACK_ONLY)[number];

const NAMES = [...OPTION_NAMES, ...STACK_ONLY];

export function isOfTheStack(name: OptionOrSetting): name is (typeof STACK_ONLY)[number] {
  return (STACK_ONLY as readonly string[]).includes(name);
}

/** The option that a key names, in any case, with dashes or without; or the one that it nearly names. */
export function optionNamed(typed: string): { name: OptionOrSetting; isExact: boolean } | undefined {
  const key = plainName(typed);
  const exact = NAMES.find((name) => plainName(name) === key);
  if (exact) return { name: exact, isExact: true };
  const near = nearName(typed, NAMES);
  return near && { name: near, isExact: false };
}
