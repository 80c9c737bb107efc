import { sortableNumber } from './sortable';

/** `7.10`, `v1.2.3`, `2.0.0-rc.1`, `1.4.0+build.7`. */
const VERSION = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/* In text order: what is not released, what is, what has more parts. `#`, which ends a tiebreaker, is below all. */
const NEXT_IDENTIFIER = '$';
const PRERELEASE = '%';
const RELEASE = '-';
const NEXT_PART = '.';

/**
 * Encodes a version, so that text order is the order of versions: part by part as numbers, then as Semantic Versioning has
 * it: https://semver.org/#spec-item-11. Parts of zero at the end (`7`, `7.0`) and the build behind `+` make no difference.
 *
 * @returns `undefined` for text that is no version.
 */
export function sortableVersion(text: string): string | undefined {
  const match = VERSION.exec(text);
  if (!match) return undefined;
  const [, parts = '', prerelease] = match;
  const numbers = parts.split('.').map((part) => sortableNumber(part));
  while (numbers.length > 1 && numbers.at(-1) === ZERO) numbers.pop();
  const release = numbers.join(NEXT_PART);
  if (prerelease === undefined) return release + RELEASE;
  return release + PRERELEASE + prerelease.split('.').map(sortableIdentifier).join(NEXT_IDENTIFIER);
}

const ZERO = sortableNumber('0');

/** Numbers come before names. */
function sortableIdentifier(identifier: string): string {
  return /^\d+$/.test(identifier) ? `0${sortableNumber(identifier)}` : `1${identifier}`;
}
