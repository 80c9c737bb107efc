import { executionOf } from '../../../../src/core/replay/execution';
import type { Emulator } from '../world/emulator';
import { type Happened, publish } from '../world/events';
import { eventually } from '../world/eventually';
import { type Consumer, type Replay, startReplay } from '../world/replay';
import type { Stack, Stage } from '../world/stacks';

export interface World {
  emulator: Emulator;
  stacks: Record<Stage, Stack>;
  /** Things that one case does and another waits for. */
  milestones: Record<MilestoneName, Milestone>;
}

export type MilestoneName = 'throttlingIsOver' | 'deadLetterIsMended' | 'lateIsHeld' | 'allButTheRestart';

export interface Milestone {
  reached: Promise<void>;
  reach(): void;
}

/** One promise, shown on replays of its own; all cases run side by side on the same stacks. */
export interface Case {
  /** What holds, as a sentence. */
  title: string;
  run(world: World): Promise<void>;
  /** What others wait for; where the case fails before it, they go on without. */
  reaches?: MilestoneName;
}

export function milestone(): Milestone {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}

let hours = 0;
/** Gives each case an hour of event time for itself. */
export const freshHour = () => hours++;

/** Publishes a case's events and replays them. */
export async function replayOf(
  { emulator, stacks }: World,
  events: Happened[],
  options: { name: string; stage?: Stage; description?: string; by?: 'cli' | 'sdk' },
): Promise<Replay> {
  const { name, stage = 'main', description = '', by = 'sdk' } = options;
  const hour = freshHour();
  await publish(emulator, stage, { hour, by }, events);
  return startReplay(emulator, stacks[stage], { name, hour, description, by });
}

/** Waits until a consumer has had so many events. */
export async function consumed(replay: Replay, count: number, consumer: Consumer = 'steady'): Promise<void> {
  const seen = async () => new Set((await replay.delivered(consumer)).map(({ id }) => id)).size;
  await eventually(
    `${consumer} got ${count} events of ${replay.name}`,
    async () => (await seen()) >= count,
    120_000,
  );
}

export interface Execution {
  status: string;
  error?: string;
  cause?: string;
}

/** Of the execution of `sequence` that has this generation of a replay. */
export function sequencerArn({ outputs }: Stack, replay: Replay, generation: number): string {
  const machine = outputs.SequenceStateMachineArn as string;
  return `${machine.replace(':stateMachine:', ':execution:')}:${replay.name}.${generation}`;
}

/** Starts a generation by hand, as docs/errors.md says. */
export async function startSequencer(
  { emulator, stacks }: World,
  replay: Replay,
  generation: number,
): Promise<void> {
  const { name, input } = executionOf({ replay: replay.name, generation });
  await emulator.cli(
    ...['stepfunctions', 'start-execution', '--name', name],
    ...['--state-machine-arn', stacks.main.outputs.SequenceStateMachineArn as string],
    ...['--input', input],
  );
}

/** Sets one attribute of a replay's row by hand. */
export async function editRow(
  { emulator, stacks }: World,
  replay: Replay,
  attribute: string,
  value: string,
): Promise<void> {
  await emulator.cli(
    ...['dynamodb', 'update-item', '--table-name', stacks.main.outputs.ReplaysTable as string],
    ...['--key', JSON.stringify({ replay: { S: replay.name } })],
    ...['--update-expression', 'SET #attribute = :value'],
    ...['--expression-attribute-names', JSON.stringify({ '#attribute': attribute })],
    ...['--expression-attribute-values', JSON.stringify({ ':value': { S: value } })],
  );
}

export function describeSequencer(
  { emulator, stacks }: World,
  replay: Replay,
  generation: number,
): Promise<Execution> {
  const arn = sequencerArn(stacks.main, replay, generation);
  return emulator.cli('stepfunctions', 'describe-execution', '--execution-arn', arn);
}
