import type { WishName } from '../core/replay/command';
import type { ReplayRow } from '../core/replay/row';

/* What people's requests need of AWS beyond what the service itself needs. */

/** Fields of `command` to set; `undefined` removes one. */
export type CommandChanges = { [K in WishName]?: string | true | undefined };

/** What must still stand in the row, as it was seen; `undefined` demands absence. */
export interface AsSeen {
  checkpointPosition: string | undefined;
  planN: number | undefined;
  stepTo: unknown;
}

export interface Commands {
  /**
   * Changes the row's `command` in one atomic step, and nothing else of the row.
   *
   * @returns `ended`, `noRow`: nothing was changed; `moved`: the row is no more as it was seen, and nothing was changed.
   */
  write(
    run: string,
    changes: CommandChanges,
    asSeen?: AsSeen,
  ): Promise<'written' | 'ended' | 'noRow' | 'moved'>;
}

export interface ReplayCancellation {
  /**
   * Asks EventBridge to send no more events of a replay. `over`: it has sent all, or was cancelled before.
   *
   * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html
   */
  cancel(replay: string): Promise<'cancelled' | 'over' | 'unknown'>;
}

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
