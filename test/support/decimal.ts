/** A decimal number, exactly: `units` divided by ten to the power of `scale`. */
interface Rational {
  units: bigint;
  scale: number;
}

/** Reads a decimal number as the tests understand it, on its own and slowly. */
function rationalOf(text: string): Rational {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const size = BigInt(whole + fraction);
  return { units: negative ? -size : size, scale: fraction.length - Number(exponent) };
}

/** Compares two decimal numbers by their values. */
export function numericOrder(a: string, b: string): number {
  const [x, y] = [rationalOf(a), rationalOf(b)];
  const scale = Math.max(x.scale, y.scale);
  const difference = x.units * 10n ** BigInt(scale - x.scale) - y.units * 10n ** BigInt(scale - y.scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Compares as text, the way JavaScript does. */
export function textOrder(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
