/** The part of dynalite 4 that is used here; it comes without types. https://github.com/architect/dynalite */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** Milliseconds that a table stays in CREATING; 500 by default. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    /** Folder of the LevelDB store; in memory where it is left out. */
    path?: string;
    maxItemSizeKb?: number;
  }

  /** A server that is not listening yet. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
