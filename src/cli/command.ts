import { EXIT_USAGE, UsageError } from './usage-error';

/** Runs a command: its result is the exit code, and a user's mistake is one line without a stack. */
export function runCommand(main: (args: string[]) => Promise<number>): void {
  // The SDK's announcement for Node.js 20 is nothing that a user of a command could act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error instanceof UsageError ? error.message : error);
      process.exitCode = error instanceof UsageError ? EXIT_USAGE : 1;
    },
  );
}
