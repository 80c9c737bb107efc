import type { JsonObject } from '../core/json';
import { invalidParameter } from './aws-error';

/** The operations of one AWS service, by name: input and output as the JSON protocol has them. */
export interface LocalService {
  /** What `X-Amz-Target` starts with. */
  targetPrefix: string;
  operations: Record<string, (input: JsonObject) => unknown>;
}

/** @throws AwsError `ValidationException` where the member is missing or no text. */
export function requireText(input: JsonObject, member: string): string {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidParameter(`Parameter ${member} must be a non-empty string.`);
}

/** An instant as JSON protocols send it: epoch seconds. */
export function requireInstantMs(input: JsonObject, member: string): number {
  const value = input[member];
  if (typeof value === 'number' && Number.isFinite(value)) return value * 1_000;
  throw invalidParameter(`Parameter ${member} must be a timestamp in epoch seconds.`);
}

export function epochSeconds(ms: number): number {
  return ms / 1_000;
}
