const SURROGATE = /[\ud800-\udfff]/;

/** Compares as DynamoDB does, by UTF-8 bytes. UTF-16 order, which `<` has, differs only where surrogates are. */
export function byteOrder(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
