import type { ReplayRow } from '../../src/core/replay/row';
import { until } from '../local/until';
import type { Document } from './document';
import type { Delivered } from './record';

/** Where somebody steers a replay by the lines of docs/steer.md: a shell of theirs, and what can be seen from outside. */
export interface Scene {
  document: Document;
  /** Of the shell in which the page's variables and functions are. */
  run(commands: string): Promise<string>;
  row(run: string): Promise<ReplayRow | undefined>;
  /** What the consumer got of a run, first to last. */
  delivered(run: string): Promise<Delivered[]>;
  /** How long a thing may take here that takes seconds. */
  patienceMs: number;
}

export const RUN = 'tuesday-again';
const RERUN = `${RUN}@2`;

/**
 * Seconds from the beginning of the page's window. As they were recorded, the first pauses would take three hours. Noon
 * is at 10,800.
 */
export const SECONDS = [
  0, 3_600, 7_200, 10_740, 10_750, 10_760, 10_800, 10_810, 10_820, 10_830, 10_840, 10_850,
];
export const WINDOW_FROM_MS = Date.parse('2026-11-17T09:00:00Z');
const NOON = 10_800;
const UP_TO_NOON = SECONDS.filter((second) => second <= NOON).length;
/** Of 10 seconds each at speed 10, after the event that follows noon. */
const LAST_PAUSES_MS = (SECONDS.length - UP_TO_NOON - 1) * 1_000;

/** Entries for `PutEvents`, in two requests that are not in the order in which the events happened. */
export function eventsOfTheStory(bus: string) {
  const entries = SECONDS.map((second, n) => ({
    EventBusName: bus,
    Source: 'shop',
    DetailType: 'order',
    Detail: JSON.stringify({ n }),
    Time: new Date(WINDOW_FROM_MS + second * 1_000),
  }));
  return [entries.slice(6), entries.slice(0, 6)];
}

/** @returns The row of a run as soon as it is as it is to be. */
export function rowOf(
  { row, patienceMs }: Scene,
  run: string,
  what: string,
  is: (row: ReplayRow) => unknown,
) {
  const look = async () => {
    const found = await row(run);
    return found && is(found) ? found : undefined;
  };
  return until(`${run}: ${what}`, look, patienceMs);
}

const released = ({ checkpoint }: ReplayRow) => checkpoint?.released ?? 0;
export const isPaused = ({ plan }: ReplayRow) => plan?.pausedAtMs !== undefined;

/** Every line of a command's blocks, from the first to the last. */
export async function ask({ document, run }: Scene, heading: string, blocks = 1): Promise<void> {
  for (let nth = 1; nth <= blocks; nth++) await run(document.block(heading, nth));
}

/** The page's beginning, where there is no CloudFormation: the block after that one has the names. */
export async function followTheBeginning({ document, run }: Scene): Promise<void> {
  await run(document.block('By the AWS CLI', 1));
  document.block('By the AWS CLI', 2);
  await run(document.block('By the AWS CLI', 3));
  await run(document.block('By the AWS CLI', 4));
}

/** Whether the lines are refused because their condition does not hold; the shell goes on. */
export async function isRefused({ document, run }: Scene, heading: string, nth = 1): Promise<boolean> {
  const output = await run(`( ${document.block(heading, nth)} ) 2>&1 || true`);
  return output.includes('ConditionalCheckFailedException');
}

/** Start, pause, step 3, speed 10, until noon, resume, done: of a run whose names the shell has. */
export async function steerToItsEnd(scene: Scene): Promise<void> {
  await ask(scene, 'Start');
  await rowOf(scene, RUN, 'the first is released, and it sleeps', (row) => {
    return released(row) === 1 && Number(row.resumeAtMs) > Date.now() + 60_000;
  });

  await ask(scene, 'Wake the sequencer');
  await ask(scene, 'Pause');
  const paused = await rowOf(scene, RUN, 'is paused', isPaused);
  expect(paused).toMatchObject({ phase: 'RELEASING', generation: 2, checkpoint: { released: 1 } });
  expect(paused.reason).toMatch(/^Paused since /);
  expect(await scene.run(scene.document.block('Look where it stands'))).toContain('"phase": "RELEASING"');

  await ask(scene, 'Step', 3);
  await rowOf(scene, RUN, 'three more are released', (row) => released(row) === 4 && isPaused(row));
  expect(await isRefused(scene, 'Step', 3)).toBe(true);

  await ask(scene, 'Speed');
  const faster = await rowOf(scene, RUN, 'has taken up the speed', ({ plan }) => plan?.taken.speed === '10');
  expect(released(faster)).toBe(4);
  expect(isPaused(faster)).toBe(true);

  await ask(scene, 'Until');
  const atNoon = await rowOf(
    scene,
    RUN,
    'has come to noon',
    (row) => released(row) >= UP_TO_NOON && isPaused(row),
  );
  expect(atNoon.checkpoint).toMatchObject({
    released: UP_TO_NOON,
    eventTimeMs: Date.parse('2026-11-17T12:00:00Z'),
  });

  await ask(scene, 'Resume');
  const done = await rowOf(scene, RUN, 'is DONE', ({ phase }) => phase === 'DONE');
  expect(done).toMatchObject({
    collected: SECONDS.length,
    late: 0,
    checkpoint: { released: SECONDS.length },
  });
  expect(Number(done.doneAtMs) - Number(done.plan?.atMs)).toBeGreaterThanOrEqual(LAST_PAUSES_MS);
  expect(await isRefused(scene, 'Pause')).toBe(true);
}

/** A rerun from a place, and the lanes of both runs, event for event. */
export async function runAgainAndCompare(scene: Scene): Promise<void> {
  const { document, run, delivered, patienceMs } = scene;
  await ask(scene, 'Run a set again', 3);
  // Here the healer may be faster, and the run over by now.
  const started = await run(`( ${document.block('Run a set again', 4)} ) 2>&1 || true`);
  expect(started).toMatch(/"executionArn"|ExecutionAlreadyExists/);
  const done = await rowOf(scene, RERUN, 'is DONE', ({ phase }) => phase === 'DONE');
  const from = 4;
  const count = SECONDS.length - from;
  expect(done).toMatchObject({ collected: count, checkpoint: { released: count } });
  expect(await isRefused(scene, 'Run a set again', 3)).toBe(true);

  const lines = (await run(document.block('Compare lanes'))).trim().split('\n');
  const [first, again] = lines.map((line) => line.split('\t')) as [string[], string[]];
  expect(lines).toHaveLength(2);
  expect(first.slice(0, 2)).toEqual([`${RUN}#`, String(SECONDS.length - 1)]);
  expect(again).toEqual([`${RERUN}#`, String(count - 1), first[2]]);

  const eventsOf = async (name: string, most: number) => {
    const all = async () => {
      const events = await delivered(name);
      return events.length >= most && events;
    };
    return until(`${most} events of ${name} are delivered`, all, patienceMs);
  };
  const whole = await eventsOf(RUN, SECONDS.length);
  expect(whole.map(({ n, offset }) => [n, offset])).toEqual(SECONDS.map((_, n) => [n, n]));
  const shifted = whole.slice(from).map((each) => ({ ...each, offset: each.offset - from }));
  expect(await eventsOf(RERUN, count)).toEqual(shifted);
}
