let count = 0;

/** A replay's name that no other test of this file uses. */
export function freshName(): string {
  count++;
  return `replay-${count}`;
}
