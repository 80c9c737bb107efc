/** What happened, for a person to read and for two runs of one seed to be compared. */
export interface Trace {
  /** Where nobody reads, the text is not even made. */
  note(who: string, what: () => string): void;
  readonly lines: readonly TraceLine[];
}

export interface TraceLine {
  atMs: number;
  who: string;
  what: string;
}

export function createTrace(now: () => number, recording: boolean): Trace {
  const lines: TraceLine[] = [];
  return {
    lines,
    note(who, what) {
      if (recording) lines.push({ atMs: now(), who, what: what() });
    },
  };
}

/** Minutes, seconds and milliseconds since the start, who, and what; what repeats itself is told once. */
export function readable(lines: readonly TraceLine[], startMs: number): string {
  const told: string[] = [];
  let repeated = 0;
  for (const [n, line] of lines.entries()) {
    const previous = lines[n - 1];
    if (previous?.who === line.who && previous.what === line.what) {
      repeated++;
      continue;
    }
    if (repeated > 0) told.push(`              … ${repeated} more of the same`);
    repeated = 0;
    told.push(`${clock(line.atMs - startMs)}  ${line.who.padEnd(14)} ${line.what}`);
  }
  return told.join('\n');
}

function clock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1_000).toFixed(3).padStart(6, '0');
  return `${String(minutes).padStart(4)}:${seconds}`;
}
