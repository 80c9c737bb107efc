/**
 * What people wish of a run while it goes on: they write fields of `command` into its row, with the tool or by hand.
 * Plain values, as all of a scenario.
 */

/** What somebody means, as they would say it to the tool. */
export type Wish =
  | { does: 'pause' | 'resume' | 'resumeWithoutDead' | 'cancel' }
  | { does: 'step'; events: number }
  /** The nth event of all that are there, by position; or all events up to a second of the window. */
  | { does: 'until'; event: number }
  | { does: 'until'; second: number }
  | { does: 'speed'; speed: string }
  | { does: 'idle'; idle: string };

/** From when on somebody counts: the replay is started in EventBridge, its row is made, and so on. */
export type Occasion = 'started' | 'made' | 'sealed' | 'counting' | 'releasing' | 'appended';

export interface PlannedCommand {
  /** So long after this has happened for the first time, or so many times. */
  after: Occasion;
  times?: number;
  ms: number;
  /** The tool also starts a sequencer where the row says that none looks at it soon; who types by hand does not. */
  by: 'tool' | 'hand';
  wish?: Wish;
  /** Only by hand: fields of `command` as they are typed, whatever they mean. */
  types?: Readonly<Record<string, unknown>>;
}

/** Who comes back every so often until the run is over, and has it go on where somebody has stopped it. */
export interface Overseer {
  everyMs: number;
  /** Does this where the run rests; `nothing` leaves it as it is for ever. */
  does: 'resume' | 'cancel' | 'nothing';
}

export interface Commands {
  planned: readonly PlannedCommand[];
  overseer: Overseer;
}
