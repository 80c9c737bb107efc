import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../../src/core/json';
import type { MachineOptions } from '../../src/local/state-machine';

/** `table`: one item for each event in a streamed table. `bus`: back on the bus. */
export type BaselineKind = 'table' | 'bus';

export const COMPUTE_WAIT_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:compute-wait';
export const WRITE_RESOURCE = 'arn:aws:states:::dynamodb:updateItem';
export const PUBLISH_RESOURCE = 'arn:aws:states:::events:putEvents';
export const PACED_TABLE = 'PacedEvents';
/** The least that a function can have. */
export const COMPUTE_WAIT_MB = 128;

/**
 * How long an event's execution is to wait: (event time − start) / speed, in whole seconds, because `Wait` takes no
 * others: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export async function computeWait(event: JsonObject, startMs: number, speed: number) {
  return {
    seconds: Math.trunc((Date.parse(String(event.time)) - startMs) / speed / 1_000),
    id: String(event.id),
    detailType: String(event['detail-type']),
    text: JSON.stringify(event),
  };
}

export async function readBaseline(kind: BaselineKind): Promise<MachineOptions['definition']> {
  return JSON.parse(await readFile(path.join(__dirname, `${kind}.asl.json`), 'utf8'));
}
