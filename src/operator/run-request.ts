import { OrderedReplayError } from '../core/errors';
import { justAfter, justBefore, readBound } from '../core/event/bounds';
import { isReplayName } from '../core/event/envelope';
import { MAX_CONSUMERS_BYTES } from '../core/limits';
import {
  compileOptions,
  DEFAULT_OPTIONS,
  invalidOption,
  OPTIONS,
  type OptionName,
  type OptionTexts,
} from '../core/replay/options';
import { INCLUDES, type Include, type ReplayRow, type RerunPart } from '../core/replay/row';
import { areConsumers, readRerunName } from '../core/replay/run';

/** What somebody asks for: another run of a set. */
export interface RerunRequest {
  /** The replay that collected the set. */
  replay: string;
  /** What was `sealed` (the default), `all`: that and what came late, each in its place, or only what came `late`. */
  include?: Include;
  /** Begins with this position or time, or right after it: one of the two. */
  from?: string;
  after?: string;
  /** Ends before this position or time. */
  to?: string;
  /** As in a replay's description; what is left out is as in the first run. */
  speed?: string;
  idle?: string;
  orderingKey?: string;
  /** Begins paused, before its first event. */
  paused?: boolean;
  /** The names of the consumers that it is for; every consumer where it is left out. */
  consumers?: readonly string[];
  /** The name that an attempt before this one was told: the same run is meant. */
  name?: string;
}

/** A request that can be made. */
export type Wanted = Pick<RerunPart, 'from' | 'after' | 'to' | 'consumers'> & {
  set: string;
  include: Include;
  options: Partial<OptionTexts>;
  paused: boolean;
  /** The number in the name, where one is given. */
  n?: number;
};

const CORRECT_IT = 'Correct it and ask again; nothing was started.';
const OPTION_NAMES = ['speed', 'idle', 'orderingKey'] as const satisfies OptionName[];

/** @throws OrderedReplayError `InvalidOption`, `RunRefused` */
export function readRequest(request: RerunRequest): Wanted {
  const { replay, include = 'sealed', paused = false, consumers, name } = request;
  demandReplay(replay);
  if (!INCLUDES.includes(include)) throw invalidOption('include', include, INCLUDES.join(', '), CORRECT_IT);
  const given = OPTION_NAMES.flatMap((option) => {
    const text = request[option];
    if (text === undefined) return [];
    if (!OPTIONS[option].parse(text)) throw invalidOption(option, text, OPTIONS[option].allowed, CORRECT_IT);
    return [[option, text]];
  });
  const n = name === undefined ? undefined : numberIn(name, replay);
  return {
    set: replay,
    include,
    ...readBounds(request),
    ...(consumers && { consumers: readConsumers(consumers) }),
    options: Object.fromEntries(given),
    paused,
    ...(n !== undefined && { n }),
  };
}

/** The options of the first run, but for those that were asked for. */
export function optionsFor({ options }: Wanted, set: ReplayRow): OptionTexts {
  // One that its row lacks was released by the default.
  const texts = { ...DEFAULT_OPTIONS, ...set.options, ...options };
  compileOptions(texts, CORRECT_IT);
  return texts;
}

/** Whether a run is what is asked for; its options aside, it may have been made of a set whose row has changed since. */
export function isWanted(run: ReplayRow, wanted: Wanted): boolean {
  const partOf = ({ set, include, from, after, to, consumers }: RerunPart) =>
    JSON.stringify([set, include, from, after, to, consumers && [...consumers].sort()]);
  const options = Object.entries(wanted.options) as [OptionName, string][];
  return partOf(run) === partOf(wanted) && options.every(([name, text]) => run.options?.[name] === text);
}

function demandReplay(replay: string): void {
  if (isReplayName(replay)) return;
  const of = readRerunName(replay);
  throw new OrderedReplayError('RunRefused', `${replay.slice(0, 80)} is ${of ? 'a run' : 'no replay'}.`, {
    remedy: of ? `Ask for another run of ${of.replay}.` : 'Give the name of a replay.',
  });
}

function numberIn(name: string, replay: string): number {
  const read = readRerunName(name);
  if (read?.replay === replay) return read.n;
  throw invalidOption(
    'name',
    name.slice(0, 80),
    `the name of a run of ${replay}, as it was told`,
    CORRECT_IT,
  );
}

function readBounds({ from, after, to }: RerunRequest): Pick<Wanted, 'from' | 'after' | 'to'> {
  if (from !== undefined && after !== undefined)
    throw invalidOption('after', after, 'from or after, not both', CORRECT_IT);
  const bounds = {
    ...(from !== undefined && { from: boundOf('from', from) }),
    ...(after !== undefined && { after: boundOf('after', after) }),
    ...(to !== undefined && { to: boundOf('to', to) }),
  };
  const first = bounds.after === undefined ? bounds.from : justAfter(bounds.after);
  const isEmpty = first !== undefined && bounds.to !== undefined && first >= justBefore(bounds.to);
  if (isEmpty) throw invalidOption('to', `${to}`, 'a position or time behind the beginning', CORRECT_IT);
  return bounds;
}

function boundOf(name: string, text: string): string {
  const bound = readBound(text);
  if (bound !== undefined) return bound;
  throw invalidOption(
    name,
    text.slice(0, 80),
    'a position, or a time such as 2026-11-20T12:00:00Z',
    CORRECT_IT,
  );
}

function readConsumers(names: readonly string[]): string[] {
  const unique = [...new Set(names)];
  if (areConsumers(unique)) return unique;
  throw invalidOption(
    'consumers',
    names.join(',').slice(0, 80),
    `one name or more, of ${MAX_CONSUMERS_BYTES} bytes together, or nothing for all consumers`,
    CORRECT_IT,
  );
}
