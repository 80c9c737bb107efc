import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDynamoDbLocal, majorJavaVersion } from './dynamodb-local-jar';

describe('DynamoDB Local is not installed', () => {
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

  test('without Java, and says so', async () => {
    await expect(installDynamoDbLocal()).rejects.toThrow(
      'DynamoDB Local needs a Java runtime 17 or newer; there is no command java in the PATH.',
    );
  });

  test('with a Java that is too old, and says which it found', async () => {
    const java = join(programs, 'java');
    writeFileSync(java, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    chmodSync(java, 0o755);
    await expect(installDynamoDbLocal()).rejects.toThrow(
      'DynamoDB Local needs a Java runtime 17 or newer; java here is 11.',
    );
  });
});

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_292"', 8],
  ['openjdk version "26" 2026-03-17', 26],
  ['something else', undefined],
])('%s is read as %s', (text, version) => {
  expect(majorJavaVersion(text)).toBe(version);
});
