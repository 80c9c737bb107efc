import { createHash } from 'node:crypto';

/** Text that hardly deflates, and is the same every time. */
export function noise(length: number): string {
  let text = '';
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(String(n)).digest('base64');
  return text.slice(0, length);
}
