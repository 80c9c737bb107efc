import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { executionOf } from '../../src/core/replay/execution';
import { sequence } from '../../src/core/replay/sequence';
import machine from '../../statemachines/sequence.asl.json';
import { createWorld } from '../fakes/world';

const ROOT = path.join(__dirname, '../..');
/** The one way to write it, with a name for each part. */
const { input: INPUT } = executionOf({ replay: '<replay>', generation: 7 });

function filesUnder(folders: string[], endings: string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(folder, file),
      ),
    )
    .filter((file) => endings.includes(path.extname(file)) && !file.includes('node_modules'));
}

const FILES = [
  'README.md',
  'CONTRIBUTING.md',
  'serverless.yml',
  ...filesUnder(
    ['docs', 'examples', 'src', 'functions', 'statemachines', 'scripts', 'bench'],
    ['.md', '.ts', '.json', '.yml'],
  ),
];

/** Each place where the input of a sequencer is written out, in whatever way: `[file, text]`. */
function inputsWritten(): [string, string][] {
  return FILES.flatMap((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const found = text.matchAll(
      /\{\s*"(?:replay"\s*:[^{}]*"generation|generation"\s*:[^{}]*"replay)"\s*:[^{}]*\}/g,
    );
    return [...found].map(([input]): [string, string] => [file, input]);
  });
}

test('the input of an execution is written in one way wherever it is written: this order, no spaces', () => {
  const written = inputsWritten();
  expect(written.length).toBeGreaterThanOrEqual(3);
  const names = written.map(([file, input]) => [
    file,
    input
      .replace(/"replay":"[^"]*"/, '"replay":"<replay>"')
      .replace(/"generation":(?:<n>|\d+)/, '"generation":7'),
  ]);
  expect(names).toEqual(written.map(([file]) => [file, INPUT]));
});

test('every command that starts an execution names it as the service does, and has its input', () => {
  const commands = FILES.filter((file) => file.endsWith('.md')).flatMap((file) =>
    readFileSync(path.join(ROOT, file), 'utf8')
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => line.includes('start-execution')),
  );
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands.map(withoutVariables)) {
    expect(command).toContain('--name <replay>.<n> ');
    expect(command).toContain(`--input '${INPUT.replace('7', '<n>')}'`);
  }
});

/** A command of a shell's variables, as one that is to be typed. */
function withoutVariables(command: string): string {
  return command
    .replace(/--name "(\S+)"/, '--name $1')
    .replace(/--input "(.*?[^\\])"/, (_, input: string) => `--input '${input.replaceAll('\\"', '"')}'`)
    .replaceAll(/\$(RUN|RERUN)\b/g, '<replay>')
    .replaceAll(/\$next\b/g, '<n>')
    .replace(/^(.*--name <replay>\.)1( .*"generation":)1(}.*)$/, '$1<n>$2<n>$3');
}

test('the state machine writes the keys in the same order', () => {
  const { Input } = machine.States.ContinueAsNew.Parameters;
  expect(Object.keys(Input).map((key) => key.replace('.$', ''))).toEqual(Object.keys(JSON.parse(INPUT)));
});

test('the error for another input shows the same', async () => {
  const failure = sequence({} as never, createWorld().sequenceDeps());
  await expect(failure).rejects.toMatchObject({
    remedy: expect.stringContaining(executionOf({ replay: '<name>', generation: 1 }).input),
  });
});
