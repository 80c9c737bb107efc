/**
 * Integers of 64 bits, as the nanosecond clocks and the ids of other languages are: JavaScript's numbers hold them up to
 * 2^53 only, EventBridge up to 2^63: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 *
 * Any other number counts by its double value, whatever its digits: two roads may print a long decimal in two ways, and
 * neither a position nor a lane may depend on the road (R5).
 */
const MOST = 2n ** 63n;
/** Doubles up to there are looked at, since a neighbour may move one to make room. */
const MOST_CARRIED = 2 ** 64;

/** With fewer digits in a row no integer is beyond 2^53. */
const MANY_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** A value of JSON, and what its numbers stand for. */
export interface JsonValue {
  value: unknown;
  /** Equal numbers have equal texts, and no others have. */
  textOf(number: number): string;
}

/** With each number as `JSON.parse` reads it. */
export function readDoubles(value: unknown): JsonValue {
  return { value, textOf: String };
}

/**
 * With long integers exact: each is carried by a double of its own, next to its value and in its place among the other
 * numbers. So JMESPath can compare, sort and pass them on, and whoever gets one of these doubles can ask for its digits.
 *
 * @param parsed What `JSON.parse` makes of the text.
 */
export function readExactly(json: string, parsed: unknown): JsonValue {
  const long = MANY_DIGITS.test(json) ? longNumbersIn(json) : [];
  if (long.length === 0) return { value: parsed, textOf: textOfDouble };
  const carriers = new Map<string, number>();
  const exactOf = new Map<number, bigint>();
  for (const { token, exact, carrier } of withCarriers(long)) {
    carriers.set(token, carrier);
    exactOf.set(carrier, exact);
  }
  const carried = withNumbers(json, (token) => String(carriers.get(token) ?? token));
  const textOf = (number: number) => {
    const exact = exactOf.get(number);
    return exact === undefined ? textOfDouble(number) : textOfLong(exact);
  };
  return { value: JSON.parse(carried), textOf };
}

/** The same JSON with the tokens of one double as texts, so that whoever knows where the number is finds its digits. */
export function withTokensOf(double: number, json: string): string {
  return withNumbers(json, (token) => (Number(token) === double ? `"${token}"` : token));
}

/** The exact text of a number, by the token that it was written as. */
export function textOfToken(token: string): string {
  const exact = longNumber(token);
  return exact === undefined ? String(Number(token)) : textOfLong(exact);
}

/** The JSON of a value, with the exact text of each number. */
export function writeExactly({ value, textOf }: JsonValue): string {
  return withNumbers(JSON.stringify(value), (token) => textOf(Number(token)));
}

/** The same JSON with another text in the place of each number. */
export function withNumbers(json: string, textOf: (token: string) => string): string {
  return json.replaceAll(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : textOf(token)));
}

function textOfDouble(double: number): string {
  const isLong = Number.isInteger(double) && !Number.isSafeInteger(double) && Math.abs(double) < MOST_CARRIED;
  return isLong ? textOfLong(BigInt(double)) : String(double);
}

function textOfLong(exact: bigint): string {
  return isExact(exact) ? String(exact) : String(Number(exact));
}

function isExact(integer: bigint): boolean {
  return integer >= -MOST && integer <= MOST;
}

interface LongNumber {
  token: string;
  exact: bigint;
  double: number;
}

function longNumbersIn(json: string): LongNumber[] {
  const found: LongNumber[] = [];
  for (const [token] of json.matchAll(STRING_OR_NUMBER)) {
    const exact = token.startsWith('"') ? undefined : longNumber(token);
    if (exact !== undefined) found.push({ token, exact, double: Number(exact) });
  }
  return found;
}

/** What a token beyond 2^53 stands for: its digits where they are those of an exact integer, else its double. */
function longNumber(token: string): bigint | undefined {
  const double = Number(token);
  if (!Number.isInteger(double) || Number.isSafeInteger(double) || Math.abs(double) >= MOST_CARRIED)
    return undefined;
  const integer = INTEGER.test(token) ? BigInt(token) : undefined;
  return integer !== undefined && isExact(integer) ? integer : BigInt(double);
}

function withCarriers(numbers: LongNumber[]): (LongNumber & { carrier: number })[] {
  const ofSign = (isNegative: boolean) =>
    carriedOutwards(numbers.filter(({ double }) => double < 0 === isNegative));
  return [...ofSign(true), ...ofSign(false)];
}

/**
 * From zero outwards, each has its own double, or the next one beyond the one before: the other way, one could come where an
 * integer stands that JavaScript holds.
 *
 * @param numbers Of one sign.
 */
function carriedOutwards(numbers: LongNumber[]): (LongNumber & { carrier: number })[] {
  const outwards = numbers.sort((one, other) => (sizeOf(one) < sizeOf(other) ? -1 : 1));
  let before: bigint | undefined;
  let carrier = 0;
  return outwards.map((number) => {
    const isBeyond = Math.abs(number.double) > Math.abs(carrier);
    if (number.exact !== before) carrier = isBeyond ? number.double : nextOutwards(carrier);
    before = number.exact;
    return { ...number, carrier };
  });
}

function sizeOf({ exact }: LongNumber): bigint {
  return exact < 0n ? -exact : exact;
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The next double away from zero. */
function nextOutwards(number: number): number {
  double[0] = number;
  bits[0] = (bits[0] as bigint) + 1n;
  return double[0] as number;
}
