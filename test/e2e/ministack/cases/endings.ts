import { setTimeout as delay } from 'node:timers/promises';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CancelReplayCommand } from '@aws-sdk/client-eventbridge';
import { until } from '../../../local/until';
import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { figures, judge } from '../world/figures';
import type { Replay } from '../world/replay';
import { type Case, consumed, describeSequencer, replayOf, type World } from './case';

export const badDescription: Case = {
  title: 'a description with a value that is not allowed fails the replay at once and says what is',
  async run(world) {
    const events = happen(8, (n) => ({ second: n }));
    const description = 'Once more, but speed=fast please';
    const replay = await replayOf(world, events, { name: 'bad-description', description });
    const { errorCode, reason, checkpoint } = await replay.reaches('FAILED');
    expect(errorCode).toBe('InvalidOption');
    expect(reason).toMatch(
      /^Option speed=fast is not valid; allowed is a number above 0 \(.*\), or max\. Correct it and start/,
    );
    const ended = async () => {
      const execution = await describeSequencer(world, replay, 1);
      return execution.status !== 'RUNNING' && execution;
    };
    const execution = await eventually('the sequencer has ended', ended);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidOption' });
    expect(checkpoint).toBeUndefined();
    expect(await replay.delivered()).toEqual([]);
  },
};

export const cancelledAtEventBridge: Case = {
  title: 'a replay that is cancelled at EventBridge while it is collected delivers nothing',
  async run(world) {
    // So many that EventBridge is at it for ten seconds at least, and looked at without a pause: once it is done,
    // there is nothing to cancel.
    const events = happen(500, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'cancelled-early' });
    await until('the first has arrived', () => replay.row(), 120_000);
    await world.emulator.eventbridge.send(new CancelReplayCommand({ ReplayName: replay.name }));
    const row = await replay.reaches('CANCELLED');
    expect(row.reason).toBe('EventBridge says CANCELLED.');
    const arrived = (await replay.arrived()).length;
    expect(arrived).toBeGreaterThan(0);
    expect(arrived).toBeLessThan(500);
    expect(await replay.delivered()).toEqual([]);
  },
};

export const cancelledInTheRow: Case = {
  title: 'a replay that is cancelled in its row stops in the middle of its release, without a gap',
  async run(world) {
    // One every two seconds.
    const events = happen(60, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'cancelled-late', description: 'speed=0.5' });
    await replay.reaches('RELEASING');
    await eventually('some are in the lane', async () => (await lastOffset(world, replay.name)) >= 3);
    await cancelInTheRow(world, replay);
    const ended = async () => (await describeSequencer(world, replay, 1)).status === 'SUCCEEDED';
    await eventually('the sequencer has ended', ended);
    const last = await lastOffset(world, replay.name);
    expect(last).toBeLessThan(59);
    // Time in which five more would have been due.
    await delay(10_000);
    expect(await lastOffset(world, replay.name)).toBe(last);
    const reason = 'command.cancelled is set in this row.';
    expect(await replay.row()).toMatchObject({ phase: 'CANCELLED', reason, collected: 60 });

    await consumed(replay, last + 1);
    const delivered = await replay.delivered();
    const verdict = judge(events.slice(0, last + 1), delivered, () => '');
    figures.events += last + 1;
    figures.violations += verdict.violations;
    figures.lost += verdict.lost;
    expect(verdict).toMatchObject({ violations: 0, lost: 0 });
  },
};

/** As docs/steer.md says; the sequencer is awake. */
async function cancelInTheRow({ emulator, stacks }: World, { name }: Replay): Promise<void> {
  await emulator.cli(
    ...['dynamodb', 'update-item', '--table-name', stacks.main.outputs.ReplaysTable as string],
    ...[
      '--key',
      JSON.stringify({ replay: { S: name } }),
      '--update-expression',
      'SET command.cancelled = :true',
    ],
    ...['--expression-attribute-values', '{":true":{"BOOL":true}}'],
  );
}

/** Of the replay's one lane; -1 while there is none. */
async function lastOffset({ emulator, stacks }: World, replay: string): Promise<number> {
  const lane = { TableName: stacks.main.outputs.OrderedEventsTable, Key: { lane: { S: `${replay}#` } } };
  const { Item } = await emulator.dynamodb.send(new GetItemCommand({ ...lane, ConsistentRead: true }));
  return Number(Item?.offset?.N ?? -1);
}
