import { join } from 'node:path';
import { DYNAMODB_LOCAL_LIBRARIES } from './dynamodb-local-jar';
import { type Server, startServer } from './server';
import { ROOT } from './tools';

const MAIN = join(ROOT, 'test/e2e/support/dynamodb-local-on-loopback.java');

/**
 * An empty DynamoDB Local, in memory and silent to the outside.
 *
 * @param port A free one unless given.
 */
export function startDynamoDbLocal(port?: number): Promise<Server> {
  const argumentsFor = (at: number) => [
    '-Xmx512m',
    `-Dsqlite4java.library.path=${DYNAMODB_LOCAL_LIBRARIES}`,
    ...['-cp', join(DYNAMODB_LOCAL_LIBRARIES, '*'), MAIN],
    ...['-inMemory', '-disableTelemetry', '-port', String(at)],
  ];
  // What is called java may be no more than a sign to the one that the variable names.
  const { JAVA_HOME } = process.env;
  const env = JAVA_HOME === undefined ? {} : { JAVA_HOME };
  return startServer('java', argumentsFor, { env, ...(port !== undefined && { port }) });
}
