/** Something the user can correct; shown as one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const EXIT_USAGE = 2;
