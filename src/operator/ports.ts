import type { ReplayRow } from '../core/replay/row';

/** What people's requests need of the tables beyond what the service itself needs. */

export interface Runs {
  /** Makes the row, in one atomic step, if there is none of its name; false where there is one. */
  add(row: ReplayRow): Promise<boolean>;
}

/** Told of what a person should know although their request goes on; must not throw. */
export interface RerunObserver {
  /** The run is about to be made under this name. A request that is made again with it makes no second run. */
  naming(run: string): void;
  /** The run is made and could not be started now. The healer starts it within some minutes. */
  notStarted(run: string, error: unknown): void;
}
