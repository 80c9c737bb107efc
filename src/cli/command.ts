import { EXIT_USAGE, UsageError } from './usage-error';

/** Gives the exit code. */
export type Command = (args: string[]) => Promise<number>;

/** Runs a command as this process. */
export function runCommand(command: Command): void {
  // The SDK's announcement for Node.js 20 is nothing that a user of a command could act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  void exitCodeOf(command, process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}

/** What a command ends with; a user's mistake is one line without a stack. */
export async function exitCodeOf(command: Command, args: string[]): Promise<number> {
  try {
    return await command(args);
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    return error instanceof UsageError ? EXIT_USAGE : 1;
  }
}
