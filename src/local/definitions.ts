import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LOCAL } from './resource-names';
import type { MachineOptions } from './state-machine';

const FOLDER = path.join(__dirname, '../../statemachines');

const SUBSTITUTIONS: Record<string, string> = {
  CollectFunctionArn: LOCAL.collect.arn,
  SequenceFunctionArn: LOCAL.sequence.arn,
  OverflowQueueUrl: LOCAL.overflow.url,
  SequenceStateMachineArn: LOCAL.sequenceMachineArn,
  SendMessage: 'arn:aws:states:::sqs:sendMessage',
  StartExecution: 'arn:aws:states:::states:startExecution',
};

/** The deployed definition, with CloudFormation's substitutions made. */
export async function readDefinition(name: 'collect' | 'sequence'): Promise<MachineOptions['definition']> {
  const text = await readFile(path.join(FOLDER, `${name}.asl.json`), 'utf8');
  return JSON.parse(
    text.replace(/\$\{(\w+)\}/g, (placeholder, key: string) => SUBSTITUTIONS[key] ?? placeholder),
  );
}
