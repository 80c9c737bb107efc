import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ACCESS } from '../support/aws-cli';
import { run } from '../support/command';
import { pythonTool } from '../support/python-tools';

export interface CodeBlock {
  /** The heading above it. */
  heading: string;
  code: string;
}

/** The fenced blocks of one language, from the top of a document to its end. */
export function codeBlocksOf(markdown: string, language: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  for (const [, title, fenced, code] of markdown.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title) heading = title;
    else if (fenced === language) blocks.push({ heading, code: code as string });
  }
  return blocks;
}

/**
 * A shell in which a reader types one block after the other: what one exports, the next ones have.
 *
 * @param folder The clone, which is the reader's home too.
 */
export async function openShell(folder: string, endpoint: string) {
  const programs = join(folder, '.programs');
  await mkdir(programs);
  // The endpoint is given, since version 1 of the AWS CLI does not take it from the environment for SQS.
  const aws = `#!/bin/sh\nexec '${pythonTool('aws')}' --endpoint-url '${endpoint}' "$@"\n`;
  await writeFile(join(programs, 'aws'), aws);
  await chmod(join(programs, 'aws'), 0o755);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PAGER } = ACCESS;
  const env = {
    ...{ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PAGER, AWS_ENDPOINT_URL: endpoint },
    PATH: [programs, dirname(process.execPath), process.env.PATH].join(':'),
    HOME: folder,
  };
  const exported = join(folder, '.exported');
  await writeFile(exported, '');
  return {
    /** @throws where a command fails, in the middle of a pipe or a block too. */
    async type(code: string): Promise<string> {
      const script = `set -euo pipefail\n. '${exported}'\n${code}\nexport -p > '${exported}'\n`;
      const { stdout } = await run('bash', ['-c', script], { cwd: folder, env });
      return stdout;
    },
    /** The value that a block has exported. */
    async valueOf(name: string): Promise<string | undefined> {
      const line = new RegExp(`^declare -x ${name}="(.*)"$`, 'm').exec(await readFile(exported, 'utf8'));
      return line?.[1];
    },
  };
}

export type Shell = Awaited<ReturnType<typeof openShell>>;
