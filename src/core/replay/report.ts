import type { Phase, ReplayRow, Warning } from './row';

/** A replay's outcome in numbers (R1). */
export interface ReplayReport {
  /** The name of the run. */
  replay: string;
  phase: Phase;
  reason?: string;
  /** What a person should know of it all the same. */
  warnings?: Warning[];
  /** Events that the run includes, for a first run the sealed set; absent before they are counted. */
  collected?: number;
  /** Events in their lanes. */
  released: number;
  /** Deliveries beyond the first of released events. */
  duplicates: number;
  /** Events that arrived after the seal and are held in the buffer. */
  late: number;
  /** Messages in the dead-letter queue at the seal. The queue is shared by all replays of the stack. */
  dead: number;
  /** Milliseconds from one phase to the next, as far as they have come; a rerun collects nothing. */
  collectingMs?: number;
  releasingMs?: number;
}

export function reportOf(row: ReplayRow): ReplayReport {
  const { createdAtMs, sealedAtMs, releaseStartedAtMs, doneAtMs } = row;
  return {
    replay: row.replay,
    phase: row.phase,
    ...(row.reason !== undefined && { reason: row.reason }),
    ...(row.warnings && { warnings: row.warnings }),
    ...(row.collected !== undefined && { collected: row.collected }),
    released: row.checkpoint?.released ?? 0,
    duplicates: row.checkpoint?.duplicates ?? 0,
    late: row.late,
    dead: row.dead ?? 0,
    ...(sealedAtMs !== undefined && row.set === undefined && { collectingMs: sealedAtMs - createdAtMs }),
    ...(releaseStartedAtMs !== undefined &&
      doneAtMs !== undefined && { releasingMs: doneAtMs - releaseStartedAtMs }),
  };
}
