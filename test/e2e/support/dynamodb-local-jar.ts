import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command';
import { ROOT, TOOLS } from './tools';

const FOLDER = join(TOOLS, 'dynamodb-local');
const POM = join(ROOT, 'test/e2e/support/dynamodb-local-pom.xml');
/** Of DynamoDB Local 2: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.DownloadingAndRunning.html */
const LEAST_JAVA = 17;
const MAVEN_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Its jars and, beside them, the native libraries of its SQLite. */
export const DYNAMODB_LOCAL_LIBRARIES = join(FOLDER, 'libraries');

/** Downloads DynamoDB Local, unless what is there was made of the same pom. */
export async function installDynamoDbLocal(): Promise<void> {
  await demandJava();
  if (process.arch !== 'x64') {
    throw new Error(`DynamoDB Local 2 brings its SQLite for x64 only; this machine is ${process.arch}.`);
  }
  const wanted = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex');
  const stamp = join(FOLDER, 'made-of');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  await rm(FOLDER, { recursive: true, force: true });
  const options = ['-DincludeScope=runtime', `-DoutputDirectory=${DYNAMODB_LOCAL_LIBRARIES}`];
  await runOf('mvn', 'Maven 3', ['-q', '-B', '-f', POM, MAVEN_GOAL, ...options]);
  await writeFile(stamp, wanted);
}

async function demandJava(): Promise<void> {
  const needed = `a Java runtime ${LEAST_JAVA} or newer`;
  const { stdout, stderr } = await runOf('java', needed, ['-version']);
  const version = majorJavaVersion(`${stdout}${stderr}`);
  if (version === undefined || version < LEAST_JAVA) {
    throw new Error(`DynamoDB Local needs ${needed}; java here is ${version ?? 'of an unknown version'}.`);
  }
}

/** From `openjdk version "17.0.15" ...`; Java 8 says `1.8.0`. */
export function majorJavaVersion(text: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  const major = first === '1' ? second : first;
  return major === undefined ? undefined : Number(major);
}

async function runOf(command: string, needed: string, args: string[]) {
  try {
    return await run(command, args, { env: process.env });
  } catch (cause) {
    if (!/ENOENT/.test(String(cause))) throw cause;
    throw new Error(`DynamoDB Local needs ${needed}; there is no command ${command} in the PATH.`, { cause });
  }
}
