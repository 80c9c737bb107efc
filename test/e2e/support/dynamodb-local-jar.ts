import { join } from 'node:path';
import { run } from './command';
import { installOnce } from './install-once';
import { demandProgram } from './needed-program';
import { ROOT, TOOLS } from './tools';

const POM = join(ROOT, 'test/e2e/support/dynamodb-local-pom.xml');
const MAVEN_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const LIBRARIES = 'libraries';
/** Its jars and, beside them, the native libraries of its SQLite. */
export const DYNAMODB_LOCAL_LIBRARIES = join(TOOLS, 'dynamodb-local', LIBRARIES);

/** Downloads DynamoDB Local. */
export async function installDynamoDbLocal(): Promise<void> {
  const neededFor = 'DynamoDB Local';
  await demandProgram({
    command: 'java',
    args: ['-version'],
    neededFor,
    called: 'a Java runtime',
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.DownloadingAndRunning.html
    least: [17, 0],
  });
  if (process.arch !== 'x64') {
    throw new Error(`DynamoDB Local 2 brings its SQLite for x64 only; this machine is ${process.arch}.`);
  }
  await installOnce('dynamodb-local', [POM], async (folder) => {
    await demandProgram({ command: 'mvn', args: ['--version'], neededFor, called: 'Maven 3' });
    const options = ['-DincludeScope=runtime', `-DoutputDirectory=${join(folder, LIBRARIES)}`];
    await run('mvn', ['-q', '-B', '-f', POM, MAVEN_GOAL, ...options]);
  });
}
