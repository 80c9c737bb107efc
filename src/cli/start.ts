import Table from 'cli-table3';
import { runCommand } from './command';
import { readEventsFile } from './event-set';
import { readGitHubEvents } from './github-events';
import type { RunSummary } from './ledger';
import { loadHandler } from './load-handler';
import { drawOrders } from './picture';
import { printEvent } from './print-event';
import { silentProgress, terminalProgress } from './progress';
import { type ReplayRun, runReplay } from './replay-run';
import { readStartOptions, type StartOptions, USAGE } from './start-options';

/** `npm start`: a scrambled replay, delivered in order, on this machine. */
async function main(args: string[]): Promise<number> {
  const start = readStartOptions(args);
  if (!start) {
    console.log(USAGE);
    return 0;
  }
  // The handler may print, and stdout is for the one object.
  if (start.json) console.log = console.error;
  const events = start.events ? await readEventsFile(start.events) : await readGitHubEvents();
  const handler = start.handler
    ? await loadHandler(start.handler)
    : start.json
      ? () => undefined
      : printEvent;
  const beganMs = performance.now();
  const run = await runReplay({
    events,
    handler,
    options: start.options,
    tiebreaker: start.tiebreaker ?? events.tiebreaker,
    seed: start.seed,
    progress: start.json ? silentProgress : terminalProgress(process.stderr),
  });
  const summary = run.ledger.summary(performance.now() - beganMs);
  show(run, summary, start, events.title);
  return !run.problem && summary.lost === 0 && summary.deliveredOutOfOrder === 0 ? 0 : 1;
}

function show(
  { ledger, row, problem }: ReplayRun,
  summary: RunSummary,
  { json, seed }: StartOptions,
  title: string,
) {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...summary, seed, ...(problem && { problem }) })}\n`);
    return;
  }
  const table = new Table({ head: [title, 'arrived', 'delivered'], style: { head: [], border: [] } });
  table.push(
    ['events', ledger.arrivals.length, `${summary.delivered} of ${summary.events}`],
    ['out of order', summary.arrivedOutOfOrder, summary.deliveredOutOfOrder],
    ['more than once', summary.arrivedTwice, summary.duplicated],
    ['lost', '', summary.lost],
    ['late, held', '', row?.late ?? 0],
    ['lanes', '', summary.lanes],
  );
  console.log(`\n${table.toString()}\n`);
  console.log(
    drawOrders([
      { title: 'Arrived', keys: ledger.arrivals.map(({ order }) => order) },
      { title: 'Delivered', keys: ledger.deliveries.map(({ order }) => order) },
    ]),
  );
  console.log(
    `\n  ${(summary.durationMs / 1_000).toFixed(1)} s. Again with the same disorder: npm start -- --seed ${seed}\n`,
  );
  if (problem) console.error(problem);
}

runCommand(main);
