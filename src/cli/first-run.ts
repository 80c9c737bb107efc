import Table from 'cli-table3';
import type { Settings } from '../core/settings';
import { readEventsFile } from './event-set';
import { readGitHubEvents } from './github-events';
import type { RunSummary } from './ledger';
import { loadHandler } from './load-handler';
import { compareMeaning } from './order-oracle';
import { drawOrders } from './picture';
import { printEvent } from './print-event';
import { silentProgress, terminalProgress } from './progress';
import { type ReplayRun, runReplay } from './replay-run';
import { readStartOptions, type StartOptions, USAGE } from './start-options';

export interface FirstRunOptions {
  /** Where the results go. */
  stdout?: Pick<NodeJS.WriteStream, 'write'>;
  /** Of the local runtime, where they differ from its own. */
  settings?: Partial<Settings>;
}

/** `npm start`: a scrambled replay, delivered in order, on this machine. Gives the exit code. */
export async function firstRun(
  args: string[],
  { stdout = process.stdout, settings = {} }: FirstRunOptions = {},
): Promise<number> {
  const start = readStartOptions(args);
  if (!start) {
    stdout.write(`${USAGE}\n`);
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
    tiebreakerType: start.tiebreakerType,
    seed: start.seed,
    settings,
    progress: start.json ? silentProgress : terminalProgress(process.stderr),
  });
  const summary = run.ledger.summary(performance.now() - beganMs);
  stdout.write(
    `${start.json ? jsonOf(run, summary, start) : pictureOf(run, summary, start, events.title)}\n`,
  );
  if (run.problem && !start.json) console.error(run.problem);
  return !run.problem && isAsPromised(summary) ? 0 : 1;
}

/** Each ordering key has a lane of its own. */
function isAsPromised({ lost, deliveredOutOfOrder, keys, lanes }: RunSummary): boolean {
  return lost === 0 && deliveredOutOfOrder === 0 && lanes >= keys;
}

function jsonOf({ problem }: ReplayRun, summary: RunSummary, { seed }: StartOptions): string {
  return JSON.stringify({ ...summary, seed, ...(problem && { problem }) });
}

function pictureOf(
  { ledger, row }: ReplayRun,
  summary: RunSummary,
  { seed }: StartOptions,
  title: string,
): string {
  const table = new Table({ head: [title, 'arrived', 'delivered'], style: { head: [], border: [] } });
  table.push(
    ['events', ledger.arrivals.length, `${summary.delivered} of ${summary.events}`],
    ['out of order', summary.arrivedOutOfOrder, summary.deliveredOutOfOrder],
    ['more than once', summary.arrivedTwice, summary.duplicated],
    ['lost', '', summary.lost],
    ['late, held', '', row?.late ?? 0],
    ['without an order', '', summary.ties],
    ['lanes', summary.keys, summary.lanes],
  );
  const placesOf = (sightings: typeof ledger.arrivals) =>
    sightings.flatMap(({ place }) => (place ? [place] : []));
  const orders = drawOrders(
    [
      { title: 'Arrived', values: placesOf(ledger.arrivals) },
      { title: 'Delivered', values: placesOf(ledger.deliveries) },
    ],
    compareMeaning,
  );
  const seconds = (summary.durationMs / 1_000).toFixed(1);
  const again = `  ${seconds} s. Again with the same disorder: npm start -- --seed ${seed}`;
  return `\n${table.toString()}\n${hintOn(summary)}\n${orders}\n\n${again}\n`;
}

function hintOn({ ties }: RunSummary): string {
  if (ties === 0) return '';
  return `
  ${ties} of the events have the second and the tiebreaker of another in their lane. They come by id: always the same
  way, but without meaning. Name the value that orders them: --tiebreaker PATH
`;
}
