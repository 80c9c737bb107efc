import type { Selection } from '../../src/core/ports';

/** What a first run releases. */
export const SEALED: Selection = { sealed: true };

/** Late events too, whenever they came. */
export const EVERYTHING: Selection = { sealed: true, late: {} };
