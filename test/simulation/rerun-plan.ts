import type { Include } from '../../src/core/replay/row';
import type { Playback } from './playback';

/** A place in a set: all events of a second, or one event. */
export interface Place {
  second?: number;
  event?: string;
}

/** Somebody asks for another run. */
export interface PlannedRerun {
  /** So long after this was first so; `ended` is whatever ends the first run. */
  when: 'completed' | 'SEALED' | 'RELEASING' | 'ended';
  afterMs: number;
  include: Include;
  from?: Place;
  /** `checkpoint`: where the first run stands when it is asked. */
  after?: Place | 'checkpoint';
  to?: Place;
  consumers?: string[];
  /** Where it is to be played back otherwise than the first run. */
  playback?: Partial<Pick<Playback, 'speed' | 'idleMs' | 'byKey'>>;
  /** The tool dies before, on the way of or after one of its requests, and is run again a minute later. */
  dies?: number;
  /** Somebody runs the tool again with the name that it told, though all went well. */
  again?: true;
  /** Somebody sets the run's row to CANCELLED so long after it was made. */
  cancelAfterMs?: number;
}

/** The same, when it is asked. */
export interface Asked {
  include: Include;
  from: Place | undefined;
  after: Place | undefined;
  to: Place | undefined;
  /** As they stand in the row: positions and instants. */
  texts: { from?: string; after?: string; to?: string };
  consumers: string[] | undefined;
  playback: Playback;
}
