import type { JsonObject } from '../src/core/json';
import type { Usage } from './usage';

/** What a run on some events used. */
export interface CostRun {
  events: number;
  used: Usage;
  /** State transitions, without any for the start of an execution. */
  transitions: number;
  writeUnits: Record<string, number>;
  cpuMs: Record<string, number>;
  /** Billed milliseconds of functions, all calls together. */
  billedMs: Record<string, number>;
  /** How long each function took here, all calls together. */
  wallMs: Record<string, number>;
}

export interface Measurement {
  events: JsonObject[];
  /** As in a replay's description. */
  speed: string;
}
