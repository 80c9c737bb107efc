import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command';
import { TOOLS } from './tools';

export async function installDynamoDbLocal(): Promise<void> {
  throw new Error('not written yet');
}
