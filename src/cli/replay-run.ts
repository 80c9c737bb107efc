import { setTimeout as delay } from 'node:timers/promises';
import { PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../aws/replays';
import { orderedReplay, type ReplayableHandler } from '../consumer';
import { OrderedReplayError, textOf } from '../core/errors';
import type { TiebreakerType } from '../core/event/tiebreaker-types';
import { compileOptions, OPTION_NAMES, type OptionTexts } from '../core/replay/options';
import type { ReplayRow } from '../core/replay/row';
import { hasEnded } from '../core/replay/row';
import type { Settings } from '../core/settings';
import { LOCAL } from '../local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../local/runtime';
import type { EventSet } from './event-set';
import { Ledger } from './ledger';
import type { Progress } from './progress';

/** Looks at the replay's row this often; what the bar shows in between comes from the ledger. */
const LOOK_EVERY_MS = 250;
/** A handler that fails this often in a row on one record will not get over it. */
const MAX_HANDLER_FAILURES = 5;
/** Lambda's longest: a demonstration's handler may take its time. */
const HANDLER_TIMEOUT_MS = 900_000;
/** A replay's first event makes its row; without one there is nothing to wait for. */
const MAX_SILENCE_MS = 60_000;
const ENTRIES_PER_PUT = 10;
const REPLAY_NAME = 'first-run';

export interface ReplayRunOptions {
  events: EventSet;
  handler: ReplayableHandler;
  options: OptionTexts;
  tiebreaker: string;
  tiebreakerType: TiebreakerType;
  seed: number;
  settings?: Partial<Settings>;
  progress: Progress;
}

export interface ReplayRun {
  ledger: Ledger;
  /** As it was last seen; `undefined` where no event got as far as making it. */
  row: ReplayRow | undefined;
  /** Why the run ended before everything was delivered. */
  problem?: string;
}

/** Publishes events to the local runtime, replays them from its archive and delivers them to a handler, in order. */
export async function runReplay(run: ReplayRunOptions): Promise<ReplayRun> {
  const { orderingKeyPath, onMissing } = compileOptions(run.options, 'Correct the flag.');
  const ledger = new Ledger(run.tiebreaker, orderingKeyPath, run.tiebreakerType);
  const problems: Problems = { handlerFailures: 0, waitsForDead: onMissing === 'wait' };
  const consumer = orderedReplay(async (event, context, delivery) => {
    try {
      await run.handler(event, context, delivery);
    } catch (error) {
      problems.handler = describe(error);
      throw error;
    }
    if (delivery) ledger.delivered(event, delivery.offset, delivery.orderingKey);
  });
  const runtime = await startLocalRuntime({
    consumer: consumer as never,
    consumerTimeoutMs: HANDLER_TIMEOUT_MS,
    seed: run.seed,
    settings: { ...run.settings, tiebreaker: run.tiebreaker, tiebreakerType: run.tiebreakerType },
    telemetry: { ...silentTelemetry, failure: (_message, error) => recordRefusal(problems, error) },
    arrived: (event) => ledger.arrived(event),
    stream: {
      failed: (inARow) => {
        problems.handlerFailures = inARow;
      },
    },
  });
  try {
    await publish(runtime, run, ledger);
    await startReplay(runtime, run);
    return await watch(runtime, run, ledger, problems);
  } finally {
    run.progress.end();
    await runtime.stop();
  }
}

/** What went wrong so far. */
interface Problems {
  /** In a row, at the same record. */
  handlerFailures: number;
  /** Whether a dead letter holds the replay up, which nobody is there to mend. */
  waitsForDead: boolean;
  handler?: string;
  /** Why `collect` refused an event for good. */
  refusal?: string;
}

function recordRefusal(problems: Problems, error: unknown): void {
  if (error instanceof OrderedReplayError && error.disposition === 'park')
    problems.refusal ??= describe(error);
}

function describe(error: unknown): string {
  if (error instanceof OrderedReplayError) return `${error.code}: ${textOf(error)}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function publish(
  { clients }: LocalRuntime,
  { events, progress }: ReplayRunOptions,
  ledger: Ledger,
): Promise<void> {
  progress.step('Publishing', events.entries.length);
  for (let start = 0; start < events.entries.length; start += ENTRIES_PER_PUT) {
    const Entries = events.entries
      .slice(start, start + ENTRIES_PER_PUT)
      .map((entry) => ({ ...entry, EventBusName: LOCAL.busName }));
    const { Entries: results = [] } = await clients.eventbridge.send(new PutEventsCommand({ Entries }));
    for (const [n, { EventId, ErrorMessage }] of results.entries()) {
      if (!EventId) throw new Error(`The local EventBridge refused an event: ${ErrorMessage}`);
      ledger.published(EventId, Entries[n]?.Detail ?? '{}');
    }
    progress.update(start + Entries.length);
  }
}

async function startReplay({ clients }: LocalRuntime, { events, options }: ReplayRunOptions): Promise<void> {
  const words = OPTION_NAMES.map((name) => `${name}=${options[name]}`);
  await clients.eventbridge.send(
    new StartReplayCommand({
      ReplayName: REPLAY_NAME,
      Description: `First run: ${words.join(' ')}`,
      EventSourceArn: LOCAL.archiveArn,
      Destination: { Arn: LOCAL.busArn },
      // An event's time has whole seconds, so the window begins with one.
      EventStartTime: new Date(Math.floor((events.entries[0]?.Time.getTime() ?? 0) / 1_000) * 1_000),
      EventEndTime: new Date((events.entries.at(-1)?.Time.getTime() ?? 0) + 1_000),
    }),
  );
}

async function watch(
  runtime: LocalRuntime,
  { events, progress }: ReplayRunOptions,
  ledger: Ledger,
  problems: Problems,
): Promise<ReplayRun> {
  const replays = dynamoReplays({ client: runtime.clients.dynamodb, table: LOCAL.tables.replays });
  const beganMs = Date.now();
  let shown: string | undefined;
  for (;;) {
    await delay(LOOK_EVERY_MS);
    const row = await replays.get(REPLAY_NAME);
    const phase = row?.phase ?? 'COLLECTING';
    if (phase !== shown) progress.step(TITLES[phase], events.entries.length);
    shown = phase;
    progress.update(phase === 'COLLECTING' ? ledger.arrivals.length : ledger.deliveries.length);
    const problem = problemOf(row, runtime, problems) ?? (row ? undefined : silence(beganMs));
    if (problem) return { ledger, row, problem };
    if (!row || !hasEnded(row.phase)) continue;
    if (ledger.deliveries.length < (row.checkpoint?.released ?? 0)) continue;
    return { ledger, row, ...(problems.refusal && { problem: refused(problems.refusal) }) };
  }
}

const TITLES: Record<ReplayRow['phase'], string> = {
  COLLECTING: 'Collecting, scrambled',
  INCOMPLETE: 'Incomplete',
  SEALED: 'Sealing',
  RELEASING: 'Releasing, in order',
  DONE: 'Delivering the last',
  CANCELLED: 'Cancelled',
  FAILED: 'Failed',
  UNKNOWN: 'The row has a phase that nobody knows',
};

function refused(refusal: string): string {
  return `An event was refused: ${refusal}`;
}

function silence(sinceMs: number): string | undefined {
  return Date.now() - sinceMs > MAX_SILENCE_MS
    ? 'No event of the replay arrived within a minute.'
    : undefined;
}

/** What the run cannot get over by itself. */
function problemOf(
  row: ReplayRow | undefined,
  runtime: LocalRuntime,
  problems: Problems,
): string | undefined {
  const { handler, handlerFailures, refusal, waitsForDead } = problems;
  if (handlerFailures >= MAX_HANDLER_FAILURES) {
    return `The handler failed ${handlerFailures} times in a row: ${handler ?? 'it ran out of time'}`;
  }
  if (refusal && waitsForDead) return refused(refusal);
  if (row?.phase === 'INCOMPLETE' || row?.phase === 'FAILED' || row?.phase === 'CANCELLED') {
    return `The replay is ${row.phase}: ${row.errorCode ? `${row.errorCode}: ` : ''}${row.reason}`;
  }
  return runtime.failures().sequence > 0 ? 'The sequencer failed; its execution says why.' : undefined;
}
