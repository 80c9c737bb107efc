import { isObject } from '../json';
import {
  DAY_MS,
  LEASE_GRACE_MS,
  MAX_RESTART_DELAY_MS,
  MAX_RETENTION_MS,
  MAX_WAIT_MS,
  MINUTE_MS,
} from '../limits';
import { badFieldsOf } from './command';
import type { ReplayRow, RowGuard, RowProblem } from './row';
import { RULES } from './row-rules';
import type { Rule } from './rule';
import { isRerun } from './run';
import { isOfReruns, needsItsInstant, objectionsOfTheRun } from './run-problems';
import { inWords, Unreadable } from './unreadable';

/**
 * A person can type anything into a row. It is read as far as it can be, and what cannot be read is kept beside it as
 * problems. Nothing here throws: the sequencer says what is wrong in the row, and looks again.
 */

/** A row as a table has it: any of its attributes may hold anything. */
export type StoredRow = { replay: string; [key: string]: unknown };

type Key = keyof typeof RULES;

const EACH = Object.entries(RULES) as [Key, Rule][];

/** What stands in a row for an attribute that every row has and that cannot be read. */
const UNREAD: Partial<ReplayRow> = {
  phase: 'UNKNOWN',
  generation: 0,
  buckets: 0,
  tiebreaker: '',
  createdAtMs: 0,
  late: 0,
  expiresAtMs: 0,
};

/** What a row may lack that somebody has begun to make. */
const NOT_YET: Partial<ReplayRow> = { late: 0, expiresAtMs: 0 };

const KEPT_TOO_LONG = `more than ${MAX_RETENTION_MS / DAY_MS} days after createdAt`;

/** The row as far as it can be read; `problems` has the rest. */
export function readRow(stored: StoredRow): ReplayRow {
  const problems: RowProblem[] = [];
  for (const [key, rule] of EACH) {
    if (isRerun(stored.replay) || !isOfReruns(key)) findIn(problems, key, rule, stored[key]);
  }
  for (const { key, is = inWords(stored[key]), expected, stops } of objectionsOfTheRun(stored)) {
    problems.push({ key, attribute: attributeOf(key), is, expected, stops });
  }
  if (!problems.some(({ key }) => key === 'phase')) problems.push(...problemsOfThePhase(stored));
  const keptMs = Number(stored.retainedUntilMs) - Number(stored.createdAtMs);
  if (keptMs <= 0) problems.push(problem('retainedUntilMs', 'not after createdAt', 'a later instant'));
  // Its events would be gone long before.
  if (keptMs > MAX_RETENTION_MS)
    problems.push(problem('retainedUntilMs', KEPT_TOO_LONG, 'an earlier instant'));
  for (const each of problems) each.stops ||= each.key === 'sealedAtMs' && needsItsInstant(stored);
  return withProblemsOfCommand(without(stored as unknown as ReplayRow, problems));
}

/** The other wishes count. */
function withProblemsOfCommand(row: ReplayRow): ReplayRow {
  const bad = badFieldsOf(row.command ?? {});
  if (bad.length === 0) return row;
  const ofCommand = bad.map(({ field, ...rest }): RowProblem => {
    return { key: 'command', attribute: `command.${field}`, stops: false, ...rest };
  });
  return { ...row, problems: [...(row.problems ?? []), ...ofCommand] };
}

/** An instant that is still to come would be waited for in silence. */
export function readAt(row: ReplayRow, nowMs: number): ReplayRow {
  const latestMs = nowMs + MINUTE_MS;
  const ahead: RowProblem[] = [];
  const check = (key: Key, value: number | undefined, mostMs = latestMs, attribute = attributeOf(key)) => {
    if (value === undefined || value <= mostMs) return;
    const stops = RULES[key].stops === true || (key === 'sealedAtMs' && needsItsInstant(row));
    const is = 'far in the future';
    ahead.push({ key, attribute, is, expected: 'an instant that has passed', stops, stored: value });
  };
  check('createdAtMs', row.createdAtMs);
  check('completedAtMs', row.completedAtMs);
  check('lastArrivalAtMs', row.lastArrivalAtMs);
  check('queuesEmptyAtMs', row.queuesEmptyAtMs);
  check('sealedAtMs', row.sealedAtMs);
  check('releaseStartedAtMs', row.releaseStartedAtMs);
  check('checkpoint', row.checkpoint?.dueAtMs, latestMs, 'checkpoint.dueAt');
  check('plan', row.plan?.atMs, latestMs, 'plan.at');
  check('plan', row.plan?.pausedAtMs, latestMs, 'plan.pausedAt');
  check('leaseUntilMs', row.leaseUntilMs, latestMs + MAX_WAIT_MS + LEASE_GRACE_MS);
  check('notBeforeMs', row.notBeforeMs, latestMs + MAX_RESTART_DELAY_MS);
  return ahead.length === 0 ? row : without(row, ahead);
}

function without(row: ReplayRow, problems: RowProblem[]): ReplayRow {
  // A row is read often, and a copy of it costs more than all its checks.
  if (problems.length === 0 && row.late !== undefined && row.expiresAtMs !== undefined) return row;
  const read: Partial<ReplayRow> = { ...NOT_YET, ...row };
  if (problems.length === 0) return read as ReplayRow;
  for (const { key, part } of problems) {
    if (part !== undefined) Object.assign(read, { [key]: withoutPart(read[key], part) });
    else if (key in UNREAD) Object.assign(read, { [key]: UNREAD[key] });
    else delete read[key];
  }
  const all = [...(row.problems ?? []), ...problems];
  return { ...(read as ReplayRow), ...(all.length > 0 && { problems: all }) };
}

/** `undefined` where the whole is left out, too. */
function withoutPart(whole: unknown, part: string): unknown {
  if (!isObject(whole)) return undefined;
  const { [part]: _, ...rest } = whole;
  return rest;
}

function findIn(problems: RowProblem[], key: Key, rule: Rule, value: unknown, inside?: string): void {
  if (value === undefined && !rule.always) return;
  if (value instanceof Unreadable || !rule.holds(value)) {
    const found = problem(key, inWords(value), rule.expected);
    if (!inside) problems.push(found);
    else {
      const attribute = `${found.attribute}.${attributeOf(inside)}`;
      problems.push({ ...found, attribute, ...(rule.alone && { part: inside, stops: false }) });
    }
    return;
  }
  for (const [name, ofPart] of rule.parts ?? []) {
    findIn(problems, key, ofPart, (value as Record<string, unknown>)[name], name);
  }
}

/** A phase that was typed is not there yet, or is one that the replay has left. */
function problemsOfThePhase(stored: StoredRow): RowProblem[] {
  const why = againstThePhase(stored);
  if (why.length === 0) return [];
  const is = `${stored.phase}, but ${why.join(' and ')}`;
  return [problem('phase', is, phaseBefore(stored))];
}

const BEYOND_COLLECTING: Key[] = ['sealedAtMs', 'collected', 'releaseStartedAtMs', 'checkpoint'];
const NEEDED: Partial<Record<string, Key[]>> = {
  SEALED: ['options', 'completedAtMs'],
  RELEASING: ['options', 'collected', 'releaseStartedAtMs'],
};
/** It was collected before. */
const NEEDED_BY_A_RERUN: typeof NEEDED = { ...NEEDED, SEALED: ['options'] };

function againstThePhase(stored: StoredRow): string[] {
  const { phase } = stored;
  const isOfARerun = isRerun(stored.replay);
  if (phase === 'COLLECTING' || phase === 'INCOMPLETE') {
    if (isOfARerun) return ['a rerun is sealed from its beginning'];
    const beyond = BEYOND_COLLECTING.filter((key) => stored[key] !== undefined);
    return beyond.map((key) => `the row has ${attributeOf(key)}`);
  }
  const needed = (isOfARerun ? NEEDED_BY_A_RERUN : NEEDED)[phase as string] ?? [];
  const missing = needed.filter((key) => stored[key] === undefined);
  return missing.map((key) => `${attributeOf(key)} is missing`);
}

/** As far as the other attributes tell. */
function phaseBefore(stored: StoredRow): string {
  if (stored.collected !== undefined || stored.checkpoint !== undefined) return 'RELEASING';
  return stored.sealedAtMs === undefined && !isRerun(stored.replay) ? 'COLLECTING' : 'SEALED';
}

function problem(key: Key, is: string, expected: string): RowProblem {
  return { key, attribute: attributeOf(key), is, expected, stops: RULES[key].stops === true };
}

/** As the row's attribute is called: instants are texts there, without a unit. */
function attributeOf(key: string): string {
  return key.replace(/Ms$/, '');
}

/** The first problem with one of these. */
export function problemWith(row: ReplayRow, keys: readonly (keyof ReplayRow)[]): RowProblem | undefined {
  return row.problems?.find(({ key }) => keys.includes(key));
}

/** Somebody may have made the row before its replay began, to cancel it. */
export function hasBegun(row: ReplayRow): boolean {
  return problemWith(row, ['createdAtMs'])?.is !== 'missing';
}

export function isStopped({ problems = [] }: ReplayRow): boolean {
  return problems.some(({ stops }) => stops);
}

/** A guard cannot name the value of what was not read; of what was set aside for its value, it names that. */
export function guardAsRead(row: ReplayRow, guard: RowGuard): RowGuard {
  const unread = new Map<string, number | undefined>(row.problems?.map(({ key, stored }) => [key, stored]));
  if (unread.size === 0) return guard;
  const read: RowGuard = Object.fromEntries(
    Object.entries(guard).flatMap(([key, value]) => {
      const stored = unread.get(key);
      if (stored !== undefined) return [[key, stored]];
      return unread.has(key) ? [] : [[key, value]];
    }),
  );
  if (unread.has('plan')) delete read.planN;
  return unread.has('phase') ? { ...read, hasNotEnded: true } : read;
}
