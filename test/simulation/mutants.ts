import type { Mutant } from './mutant';
import { HAND_MUTANTS } from './mutants-by-hand';
import { COMMAND_MUTANTS } from './mutants-of-the-commands';
import { CONSUMER_MUTANTS } from './mutants-of-the-consumer';
import { COUNT_MUTANTS, EXPIRY_MUTANTS } from './mutants-of-the-counts';
import { HEALER_MUTANTS } from './mutants-of-the-healer';
import { RUN_MUTANTS } from './mutants-of-the-runs';
import { SEAL_MUTANTS } from './mutants-of-the-seal';
import { SEQUENCER_MUTANTS } from './mutants-of-the-sequencers';
import { SET_MUTANTS } from './mutants-of-the-set';
import { WALK_MUTANTS } from './mutants-of-the-walk';
import { SHOWN_MUTANTS } from './mutants-of-what-is-shown';

export const MUTANTS: readonly Mutant[] = [
  ...SET_MUTANTS,
  ...SEAL_MUTANTS,
  ...WALK_MUTANTS,
  ...SEQUENCER_MUTANTS,
  ...HEALER_MUTANTS,
  ...COUNT_MUTANTS,
  ...EXPIRY_MUTANTS,
  ...HAND_MUTANTS,
  ...COMMAND_MUTANTS,
  ...CONSUMER_MUTANTS,
  ...RUN_MUTANTS,
  ...SHOWN_MUTANTS,
];
