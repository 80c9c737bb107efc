import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { type Protocol, REAL } from './protocol';

const ROOT = path.resolve(__dirname, '../..');
const ENTRY = `
  export { createCollectHandler } from './functions/collect';
  export { createSequenceHandler } from './functions/sequence';
  export { createHealHandler } from './functions/heal';
  export { orderedReplay } from './src/consumer';
  export { createCommands } from './src/operator/commands';
  export { rerun } from './src/operator/rerun';
  export { dynamoEventBuffer } from './src/aws/event-buffer';
  export { dynamoReplays } from './src/aws/replays';
  export { unavailable } from './src/core/errors';
  export { readRow } from './src/core/replay/row-problems';
`;

/** One line of a source file and what it becomes; the line must be there exactly once. */
export interface Edit {
  file: string;
  line: string;
  becomes: string;
}

/** The protocol with some lines changed. Nothing is written: the sources are changed on their way into memory. */
export async function mutate(edits: Edit[]): Promise<Protocol> {
  const loaded = new Set<string>();
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutate',
        setup({ onLoad }) {
          onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path: absolute }) => {
            const file = path.relative(ROOT, absolute);
            loaded.add(file);
            return { contents: edited(readFileSync(absolute, 'utf8'), file, edits), loader: 'ts' };
          });
        },
      },
    ],
  });
  const unused = edits.find(({ file }) => !loaded.has(path.normalize(file)));
  if (unused) throw new Error(`${unused.file} is no part of the protocol.`);
  const module = { exports: {} as Protocol };
  new Function('module', 'exports', 'require', outputFiles[0]?.text as string)(
    module,
    module.exports,
    require,
  );
  return { ...REAL, ...module.exports };
}

function edited(source: string, file: string, edits: Edit[]): string {
  let text = source;
  for (const edit of edits.filter((each) => path.normalize(each.file) === file)) {
    const found = text.split(edit.line).length - 1;
    if (found !== 1) throw new Error(`${file} has ${found} times, not once: ${edit.line}`);
    text = text.replace(edit.line, () => edit.becomes);
  }
  return text;
}
