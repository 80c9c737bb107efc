import { installDynamoDbLocal } from './dynamodb-local-jar';
import { installFrameworks } from './frameworks';
import { installPythonTools } from './python-tools';
import { provide } from './tools';

/** Brings what the suites need beside `npm ci` into `.e2e/`, once; what cannot be had is said, and skipped. */
export default async function setUp(): Promise<void> {
  await provide('python', installPythonTools);
  await provide('dynamodb-local', installDynamoDbLocal);
  await provide('frameworks', installFrameworks);
}
