import { BlockList, isIP } from 'node:net';
import { InvalidEventPatternError } from './error';

/** EventBridge compares numbers from minus to plus this; an event's number outside is in no range at all. */
const NUMERIC_BOUND = 5e9;

const COMPARISONS = new Map<unknown, (left: number, right: number) => boolean>([
  ['=', (left, right) => left === right],
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['>', (left, right) => left > right],
  ['>=', (left, right) => left >= right],
]);

/** Compiles `numeric`: one comparison (`["=", 5]`), or a lower and then an upper bound (`[">", 0, "<=", 5]`). */
export function numericRange(argument: unknown, at: string): (value: unknown) => boolean {
  if (!Array.isArray(argument) || argument.length === 0) {
    const reason = 'Value of numeric must be an array like [">", 0] or [">", 0, "<=", 5]';
    throw new InvalidEventPatternError(reason, at, argument);
  }
  const [operator, bound, ...rest] = argument as unknown[];
  const inLower = comparison(operator, bound, at, argument);
  if (rest.length === 0) return (value) => isComparable(value) && inLower(value);

  const [upperOperator, upperBound, ...tooMany] = rest;
  if ((operator !== '>' && operator !== '>=') || tooMany.length > 0) {
    const reason =
      'Too many elements in numeric expression, only > or >= may be followed, by one upper bound';
    throw new InvalidEventPatternError(reason, at, argument);
  }
  if (upperOperator !== '<' && upperOperator !== '<=') {
    const reason = `Bad numeric range operator: ${upperOperator}, an upper bound takes < or <=`;
    throw new InvalidEventPatternError(reason, at, argument);
  }
  const inUpper = comparison(upperOperator, upperBound, at, argument);
  if (Number(bound) >= Number(upperBound)) {
    throw new InvalidEventPatternError('Bottom must be less than top', at, argument);
  }
  return (value) => isComparable(value) && inLower(value) && inUpper(value);
}

/** Whether EventBridge can compare this: a JSON number from -5e9 to 5e9, both included. */
export function isComparable(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= NUMERIC_BOUND;
}

function comparison(
  operator: unknown,
  bound: unknown,
  at: string,
  whole: unknown,
): (value: number) => boolean {
  const compare = COMPARISONS.get(operator);
  if (!compare) {
    const allowed = [...COMPARISONS.keys()].join(', ');
    throw new InvalidEventPatternError(
      `Unrecognized numeric range operator, allowed are ${allowed}`,
      at,
      whole,
    );
  }
  if (!isComparable(bound)) {
    const reason = `Value of ${operator} must be numeric, between -5e9 and 5e9`;
    throw new InvalidEventPatternError(reason, at, whole);
  }
  return (value) => compare(value, bound);
}

/** Compiles `cidr`: the addresses of an IPv4 or IPv6 network, such as `10.0.0.0/24`. */
export function addressRange(range: string, at: string): (text: string) => boolean {
  const [address = '', bits, ...rest] = range.split('/');
  if (bits === undefined || rest.length > 0) {
    throw new InvalidEventPatternError("Malformed CIDR, one '/' required", at, range);
  }
  if (!/^\d+$/.test(bits)) {
    throw new InvalidEventPatternError('Malformed CIDR, mask bits must be an integer', at, range);
  }
  const family = familyOf(address);
  if (!family) throw new InvalidEventPatternError(`Nonstandard IP address: ${address}`, at, range);
  const [familyName, addressBits] = family === 'ipv4' ? ['IPv4', 32] : ['IPv6', 128];
  // As in event-ruler: the mask of a single address is refused, a plain value says the same.
  if (Number(bits) >= addressBits) {
    throw new InvalidEventPatternError(`${familyName} mask bits must be < ${addressBits}`, at, range);
  }
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family);
  return (text) => {
    const textFamily = familyOf(text);
    return textFamily !== undefined && network.check(text, textFamily);
  };
}

function familyOf(text: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(text);
  // A zone (`fe80::1%eth0`) names an interface of one machine: that is no address to compare.
  if (version === 0 || text.includes('%')) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
