/** A person waits no longer than that for a sequencer to look. */
const SOON_MS = 2_000;
/** The sequencer of a run that has given no sign of life for so long was aborted, or has died. */
const ABANDONED_AFTER_MS = 60_000;

/** A row as the table has it for a person: any of its attributes may hold anything. */
export interface RowSeen {
  phase: string;
  generation: number;
  command?: Record<string, unknown>;
  plan?: { n: number; pausedAtMs?: number };
  checkpoint?: { position: string };
  resumeAtMs?: number;
  heartbeatAtMs?: number;
}

/** How the tool goes about it; mutants bend it. */
export const TOOL = {
  /** Whether the row says that no sequencer looks at it soon. */
  wakes({ resumeAtMs, heartbeatAtMs = 0 }: RowSeen, nowMs: number): boolean {
    if (resumeAtMs === undefined) return false;
    const isAbandoned = Math.max(resumeAtMs, heartbeatAtMs) < nowMs - ABANDONED_AFTER_MS;
    return resumeAtMs > nowMs + SOON_MS || isAbandoned;
  },
  /** A step counts from where the run was seen: nobody may have moved it meanwhile. */
  isAsSeen(now: RowSeen, seen: RowSeen): boolean {
    return (
      now.checkpoint?.position === seen.checkpoint?.position &&
      now.plan?.n === seen.plan?.n &&
      now.command?.stepTo === seen.command?.stepTo
    );
  },
};

export type Tool = typeof TOOL;
