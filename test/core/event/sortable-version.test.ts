import fc from 'fast-check';
import { sortableVersion } from '../../../src/core/event/sortable-version';
import { textOrder } from '../../support/decimal';

const part = fc.oneof(
  fc.nat(12),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
  fc.constantFrom('007', '10'),
);
const identifier = fc.oneof(
  fc.nat(12).map(String),
  fc.constantFrom('a', 'alpha', 'rc', '-', '1a', 'A', '0x'),
);
const version = fc
  .record({
    parts: fc.array(part, { minLength: 1, maxLength: 4 }),
    before: fc.array(identifier, { maxLength: 3 }),
  })
  .map(({ parts, before }) => `${parts.join('.')}${before.length > 0 ? `-${before.join('.')}` : ''}`);

/** Semantic Versioning's own words, number by number: https://semver.org/#spec-item-11 */
function order(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => {
    const [, parts = '', before] = /^([\d.]+)(?:-(.*))?$/.exec(text) as string[];
    return { parts: parts.split('.').map(BigInt), before: before?.split('.') };
  }) as [{ parts: bigint[]; before?: string[] }, { parts: bigint[]; before?: string[] }];
  for (let n = 0; n < Math.max(a.parts.length, b.parts.length); n++) {
    const [x, y] = [a.parts[n] ?? 0n, b.parts[n] ?? 0n];
    if (x !== y) return x < y ? -1 : 1;
  }
  if (!a.before || !b.before) return Number(!a.before) - Number(!b.before);
  for (let n = 0; ; n++) {
    const [x, y] = [a.before[n], b.before[n]];
    if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
    const numbers = [x, y].map((each) => (/^\d+$/.test(each) ? BigInt(each) : undefined)) as [
      bigint?,
      bigint?,
    ];
    if (numbers[0] !== undefined && numbers[1] !== undefined) {
      if (numbers[0] !== numbers[1]) return numbers[0] < numbers[1] ? -1 : 1;
    } else if (numbers[0] !== undefined || numbers[1] !== undefined) return numbers[0] === undefined ? 1 : -1;
    else if (x !== y) return x < y ? -1 : 1;
  }
}

test('R2: given two versions, then their texts order as Semantic Versioning has it, also with a # behind', () => {
  fc.assert(
    fc.property(version, version, (one, other) => {
      const [a, b] = [sortableVersion(one), sortableVersion(other)];
      expect(Math.sign(textOrder(`${a}#`, `${b}#`))).toBe(order(one, other));
      expect(a).toMatch(/^[$-~]+$/);
    }),
    { numRuns: 5_000 },
  );
});

test.each(['', 'v', '7.', '.7', '7..8', '7.x', '-1', '7-', '7-a..b', '7.10 ', '1e5', '2026-11-20T00:00:00Z'])(
  'given %j, then it is no version',
  (text) => {
    expect(sortableVersion(text)).toBeUndefined();
  },
);
