import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDynamoDbLocal } from './dynamodb-local-jar';
import { demandBash, demandOpenSsl, versionIn } from './needed-program';
import { installPythonTools } from './python-tools';

const { PATH } = process.env;
let programs: string;
beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'programs-'));
  process.env.PATH = programs;
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(programs, { recursive: true });
});

function provide(command: string, text: string): void {
  const file = join(programs, command);
  writeFileSync(file, `#!/bin/sh\necho '${text}' >&2\n`);
  chmodSync(file, 0o755);
}

test.each([
  [
    installDynamoDbLocal,
    'DynamoDB Local needs a Java runtime 17 or newer; there is no command java in the PATH.',
  ],
  [
    installPythonTools,
    'The virtual environment needs Python 3.11 or newer; there is no command python3 in the PATH.',
  ],
  [demandOpenSsl, "ministack's certificate needs OpenSSL; there is no command openssl in the PATH."],
  [demandBash, "A shell for a document's commands needs bash; there is no command bash in the PATH."],
])('%o without its program says what is missing', async (install, message) => {
  await expect(install()).rejects.toThrow(message);
});

test.each([
  [
    'java',
    'openjdk version "11.0.2" 2019-01-15',
    installDynamoDbLocal,
    'a Java runtime 17 or newer; java here is 11.',
  ],
  [
    'java',
    'something else',
    installDynamoDbLocal,
    'a Java runtime 17 or newer; java here is of an unknown version.',
  ],
  ['python3', 'Python 3.10.14', installPythonTools, 'Python 3.11 or newer; python3 here is 3.10.'],
  ['python3', 'Python 2.7.18', installPythonTools, 'Python 3.11 or newer; python3 here is 2.7.'],
])('%s that says "%s" is too old, and is said to be', async (command, text, install, message) => {
  provide(command, text);
  await expect(install()).rejects.toThrow(message);
});

test.each([
  ['openjdk version "17.0.15" 2025-04-15', [17, 0]],
  ['java version "1.8.0_292"', [8, 0]],
  ['openjdk version "26" 2026-03-17', [26, 0]],
  ['Python 3.11.7', [3, 11]],
  ['something else', undefined],
])('%s is read as %j', (text, version) => {
  expect(versionIn(text)).toEqual(version);
});
