import { CancelReplayCommand } from '@aws-sdk/client-eventbridge';
import { happen } from '../world/events';
import { eventually } from '../world/eventually';
import { figures, judge } from '../world/figures';
import { type Case, describeSequencer, replayOf } from './case';

export const badDescription: Case = {
  title: 'a description with a value that is not allowed fails the replay at once and says what is',
  async run(world) {
    const events = happen(8, (n) => ({ second: n }));
    const description = 'Once more, but speed=fast please';
    const replay = await replayOf(world, events, { name: 'bad-description', description });
    const { reason, checkpoint } = await replay.reaches('FAILED');
    expect(reason).toMatch(
      /^InvalidOption: Option speed=fast is not valid; allowed is a number above 0 \(.*\), or max\. Correct it and start/,
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
    const events = happen(200, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'cancelled-early' });
    await eventually(
      'some have arrived',
      async () => (await replay.row()) && (await replay.arrived()).length > 5,
    );
    await world.emulator.eventbridge.send(new CancelReplayCommand({ ReplayName: replay.name }));
    const row = await replay.reaches('CANCELLED');
    expect(row.reason).toBe('EventBridge says CANCELLED.');
    expect((await replay.arrived()).length).toBeLessThan(200);
    expect(await replay.delivered()).toEqual([]);
  },
};

export const cancelledInTheRow: Case = {
  title: 'a replay whose row is set to CANCELLED stops in the middle of its release, without a gap',
  async run(world) {
    const { emulator, stacks } = world;
    const events = happen(60, (n) => ({ second: n }));
    const replay = await replayOf(world, events, { name: 'cancelled-late', description: 'speed=1' });
    await replay.reaches('RELEASING');
    await eventually('some are delivered', async () => (await replay.delivered()).length > 5);
    await emulator.cli(
      ...['dynamodb', 'update-item', '--table-name', stacks.main.outputs.ReplaysTable as string],
      ...['--key', JSON.stringify({ replay: { S: replay.name } })],
      ...['--update-expression', 'SET phase = :phase'],
      ...['--expression-attribute-values', JSON.stringify({ ':phase': { S: 'CANCELLED' } })],
    );
    const cancelledAtMs = Date.now();
    const ended = async () => (await describeSequencer(world, replay, 1)).status === 'SUCCEEDED';
    await eventually('the sequencer has ended', ended, 30_000);
    // What was appended is read within this time, and nothing is appended any more.
    await eventually('the consumer has had its time', () => Date.now() > cancelledAtMs + 30_000);
    const delivered = await replay.delivered();
    const last = Math.max(...delivered.map(({ n }) => n));
    expect(last).toBeLessThan(40);
    const verdict = judge(events.slice(0, last + 1), delivered, () => '');
    figures.events += last + 1;
    figures.violations += verdict.violations;
    figures.lost += verdict.lost;
    expect(verdict).toMatchObject({ violations: 0, lost: 0 });
    expect(Math.max(...delivered.map(({ atMs }) => atMs))).toBeLessThan(cancelledAtMs + 12_000);
    expect(await replay.row()).toMatchObject({ phase: 'CANCELLED', collected: 60 });
  },
};
