import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createRandom } from '../../../../src/local/random';
import type { Order } from '../consumer/order';
import type { Emulator } from './emulator';
import type { Stage } from './stacks';

/** An event of a case: `second` is when it happened, from the beginning of the case's window. */
export interface Happened extends Order {
  second: number;
}

/** Event time of a case's window: an hour of its own. */
export interface Window {
  fromMs: number;
  toMs: number;
}

const FIRST_HOUR_MS = Date.UTC(2026, 10, 2);
const HOUR_MS = 3_600_000;
/** PutEvents takes as many: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_AT_ONCE = 10;

export function windowOf(hour: number): Window {
  const fromMs = FIRST_HOUR_MS + hour * HOUR_MS;
  return { fromMs, toMs: fromMs + HOUR_MS - 1_000 };
}

/** The hour whose window begins then. */
export function hourOf(fromMs: number): number {
  return (fromMs - FIRST_HOUR_MS) / HOUR_MS;
}

/** Events in the order in which they happened: the tiebreakers rise in it, but not as text. */
export function happen(count: number, at: (n: number) => Partial<Happened> & { second: number }): Happened[] {
  return Array.from({ length: count }, (_, n) => ({
    n,
    sequence: 7 + n,
    orderId: `order-${n % 9}`,
    ...at(n),
  }));
}

/** Publishes events in a shuffled order, which is then the order of the archive and of every replay. */
export async function publish(
  emulator: Emulator,
  stage: Stage,
  { hour, by }: { hour: number; by: 'cli' | 'sdk' },
  events: Happened[],
): Promise<void> {
  const shuffled = createRandom(hour + 1).shuffle(events);
  for (let from = 0; from < shuffled.length; from += ENTRIES_AT_ONCE) {
    const entries = shuffled.slice(from, from + ENTRIES_AT_ONCE).map((event) => entryOf(event, stage, hour));
    const { FailedEntryCount } = await (by === 'cli'
      ? putByCli(emulator, `entries-${hour}-${from}`, entries)
      : emulator.eventbridge.send(new PutEventsCommand({ Entries: entries })));
    if (FailedEntryCount !== 0) throw new Error(`PutEvents failed for ${FailedEntryCount} events.`);
  }
}

type Entry = ReturnType<typeof entryOf>;

function entryOf({ second, ...detail }: Happened, stage: Stage, hour: number) {
  return {
    EventBusName: stage,
    Time: new Date(windowOf(hour).fromMs + second * 1_000),
    Source: 'com.example.shop',
    DetailType: 'Order Status Changed',
    Detail: JSON.stringify(detail),
  };
}

async function putByCli({ cli, folder }: Emulator, name: string, entries: Entry[]) {
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(entries));
  return cli('events', 'put-events', '--entries', `file://${file}`);
}
