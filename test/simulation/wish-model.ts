import type { Wish } from './commands';

/** A row as the table has it for a person: any of its attributes may hold anything. */
export interface RowSeen {
  phase: string;
  command?: Record<string, unknown>;
  checkpoint?: { position: string };
}

/** What somebody changes in `command`: `undefined` removes a field. */
export type Fields = Readonly<Record<string, unknown>>;

/** What there is to name: the positions of all events that are not late, in order, and the text of a second. */
export interface Places {
  positions: readonly string[];
  timeOf(second: number): string;
}

/** From where a step counts: behind what is released, and behind a step that is still to come. */
export function placeOf({ checkpoint, command }: Partial<RowSeen>): string {
  const { stepTo } = command ?? {};
  const pending = typeof stepTo === 'string' ? stepTo : '';
  return [checkpoint?.position ?? '', pending].sort().at(-1) as string;
}

/**
 * What a wish means for the row, without the tool: so people type it by hand, and so the checkers expect it of the tool.
 * `undefined` where there is nothing that could be wished.
 */
export function fieldsOf(wish: Wish, { positions, timeOf }: Places, seen?: RowSeen): Fields | undefined {
  switch (wish.does) {
    case 'pause':
      return { paused: true, stepTo: undefined };
    case 'resume':
      return { paused: undefined, stepTo: undefined, until: undefined };
    case 'resumeWithoutDead':
      return { paused: undefined, stepTo: undefined, until: undefined, onMissing: 'continue' };
    case 'cancel':
      return { cancelled: true };
    case 'speed':
      return { speed: wish.speed };
    case 'idle':
      return { idle: wish.idle };
    case 'until': {
      const until = 'second' in wish ? timeOf(wish.second) : positions[wish.event];
      return until === undefined ? undefined : { until, paused: undefined, stepTo: undefined };
    }
    case 'step': {
      const place = placeOf(seen ?? {});
      const next = positions.filter((position) => position > place).slice(0, wish.events);
      return next.length === 0 ? undefined : { stepTo: next.at(-1), paused: true };
    }
  }
}

/** `command` after that. */
export function commandAfter({ command = {} }: RowSeen, fields: Fields): Record<string, unknown> {
  const after: Record<string, unknown> = { ...command, ...fields };
  for (const name of Object.keys(after)) if (after[name] === undefined) delete after[name];
  return after;
}
