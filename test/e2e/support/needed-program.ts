import { run } from './command';

/** A program that has to be there before the suites run. */
export interface NeededProgram {
  command: string;
  /** What makes it say its version. */
  args: readonly string[];
  /** What it is for, as the beginning of the sentence that says that it is missing. */
  neededFor: string;
  /** What it is, such as `a Java runtime`. */
  called: string;
  /** The oldest that will do, where that matters. */
  least?: readonly [major: number, minor: number];
}

/** @throws with what is needed for what, where there is none or one that is too old. */
export async function demandProgram(program: NeededProgram): Promise<void> {
  const { command, args, neededFor, called, least } = program;
  const needed = least ? `${called} ${shown(least)} or newer` : called;
  const { stdout, stderr } = await run(command, args, { env: process.env }).catch((cause) => {
    if (!/ENOENT/.test(String(cause))) throw cause;
    throw new Error(`${neededFor} needs ${needed}; there is no command ${command} in the PATH.`, { cause });
  });
  if (!least) return;
  const version = versionIn(`${stdout}${stderr}`);
  if (!version || isOlder(version, least)) {
    const found = version ? shown(version) : 'of an unknown version';
    throw new Error(`${neededFor} needs ${needed}; ${command} here is ${found}.`);
  }
}

type Version = readonly [major: number, minor: number];

/** From `openjdk version "17.0.15" ...` or `Python 3.11.7`; Java 8 says `1.8.0`. */
export function versionIn(text: string): Version | undefined {
  const [, first, second] = /(?:version "|Python )(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (first === undefined) return undefined;
  return first === '1' ? [Number(second), 0] : [Number(first), Number(second ?? 0)];
}

const isOlder = (version: Version, least: Version) =>
  version[0] < least[0] || (version[0] === least[0] && version[1] < least[1]);
const shown = ([major, minor]: Version) => (minor === 0 ? String(major) : `${major}.${minor}`);

/** ministack speaks TLS here, with a certificate made for the run. */
export const demandOpenSsl = () =>
  demandProgram({
    command: 'openssl',
    args: ['version'],
    neededFor: "ministack's certificate",
    called: 'OpenSSL',
  });

export const demandBash = () =>
  demandProgram({
    command: 'bash',
    args: ['--version'],
    neededFor: "A shell for a document's commands",
    called: 'bash',
  });
