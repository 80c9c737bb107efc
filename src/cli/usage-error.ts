/** Something the user can correct; shown as one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const EXIT_USAGE = 2;

/** An error of `parseArgs`, as one line. */
export function usageErrorOf(error: unknown): UsageError {
  return new UsageError(
    `${(error as Error).message.split(/\.?\s*\n|\. /)[0]}. --help shows what is allowed.`,
  );
}
