import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { decodeItem } from '../../../../src/aws/attributes';
import { REPLAY_ROW } from '../../../../src/aws/replay-row';
import type { Phase, ReplayRow } from '../../../../src/core/replay/row';
import { hasEnded } from '../../../../src/core/replay/row';
import type { Delivered } from '../consumer/order';
import type { Emulator } from './emulator';
import { windowOf } from './events';
import { eventually } from './eventually';
import type { Stack } from './stacks';

export type Consumer = 'steady' | 'twice' | 'never';

/** A replay that was started: what can be seen of it from outside. */
export interface Replay {
  name: string;
  /** Its row in the table `Replays`. */
  row(): Promise<ReplayRow | undefined>;
  /** Waits until the row says so, and gives it. */
  reaches(phase: Phase): Promise<ReplayRow>;
  /** What a consumer got of it so far, first to last. */
  delivered(consumer?: Consumer): Promise<Delivered[]>;
  /** What is in the buffer, in the order of arrival. */
  arrived(): Promise<{ position: string; late: boolean }[]>;
}

/** As long as a replay may take here: settling, three looks at the queues, the dwell, and a busy machine. */
export const PATIENCE_MS = 480_000;

export async function startReplay(
  emulator: Emulator,
  stack: Stack,
  options: { name: string; hour: number; description: string; by?: 'cli' | 'sdk' },
): Promise<Replay> {
  const { name, hour, description, by = 'cli' } = options;
  const { fromMs, toMs } = windowOf(hour);
  const request = {
    ReplayName: name,
    EventSourceArn: stack.archiveArn,
    EventStartTime: new Date(fromMs),
    EventEndTime: new Date(toMs),
    Description: description,
    Destination: { Arn: stack.busArn, FilterArns: [stack.outputs.ReplayRuleArn as string] },
  };
  if (by === 'sdk') await emulator.eventbridge.send(new StartReplayCommand(request));
  else await emulator.cli('events', 'start-replay', '--cli-input-json', JSON.stringify(request));
  return replayNamed(emulator, stack, name);
}

export function replayNamed(emulator: Emulator, stack: Stack, name: string): Replay {
  const { dynamodb, folder } = emulator;
  async function row(): Promise<ReplayRow | undefined> {
    const key = { TableName: stack.outputs.ReplaysTable, Key: { replay: { S: name } } };
    const { Item } = await dynamodb.send(new GetItemCommand({ ...key, ConsistentRead: true }));
    return Item && decodeItem(REPLAY_ROW, Item);
  }
  return {
    name,
    row,
    async reaches(phase) {
      let last: ReplayRow | undefined;
      const look = async () => {
        last = await row();
        if (last?.phase === phase) return last;
        if (last && hasEnded(last.phase)) throw new Error(`${name} has ended as ${last.phase}`);
        return undefined;
      };
      try {
        return await eventually(`${name} is ${phase}`, look, PATIENCE_MS);
      } catch (cause) {
        throw new Error(`${(cause as Error).message}: ${JSON.stringify(last)}`, { cause });
      }
    },
    async delivered(consumer = 'steady') {
      const file = join(folder, `${consumer}.jsonl`);
      if (!existsSync(file)) return [];
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line): Delivered => JSON.parse(line)).filter(({ run }) => run === name);
    },
    async arrived() {
      const { buckets } = (await row()) as ReplayRow;
      const numbers = Array.from({ length: buckets }, (_, n) => n);
      const read = (n: number) =>
        dynamodb.send(
          new QueryCommand({
            TableName: stack.outputs.EventBufferTable,
            KeyConditionExpression: '#bucket = :bucket',
            ExpressionAttributeNames: { '#bucket': 'bucket' },
            ExpressionAttributeValues: { ':bucket': { S: `${name}#${n}` } },
          }),
        );
      const items = (await Promise.all(numbers.map(read))).flatMap(({ Items = [] }) => Items);
      const receivedAt = (item: (typeof items)[number]) => String(item.receivedAt?.S);
      return items
        .toSorted((a, b) => receivedAt(a).localeCompare(receivedAt(b)))
        .map((item) => ({ position: String(item.position?.S), late: item.late?.BOOL === true }));
    },
  };
}
