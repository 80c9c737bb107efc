import { happen, publish } from '../world/events';
import { expectAllInOrder } from '../world/figures';
import { startReplay } from '../world/replay';
import { type Case, consumed, freshHour, replayOf } from './case';

export const bursts: Case = {
  title: '300 events, many of them within one second, come by time and then by the tiebreaker',
  async run(world) {
    let second = 0;
    const events = happen(300, (n) => {
      // Bursts of up to seven within a second, up to 50 seconds between them.
      second += n % 7 === 0 || n % 11 === 0 ? 1 + ((n * 13) % 50) : 0;
      return { second };
    });
    const replay = await replayOf(world, events, { name: 'bursts', description: 'All of Monday: speed=max' });
    const row = await replay.reaches('DONE');
    await consumed(replay, 300);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({
      collected: 300,
      late: 0,
      dead: 0,
      generation: 1,
      checkpoint: { released: 300 },
    });
    expect(row.options).toEqual({ speed: 'max', idle: 'none', orderingKey: 'none', onMissing: 'wait' });
  },
};

export const duplicates: Case = {
  title: 'events that EventBridge delivers twice are in their lane once, and counted',
  async run(world) {
    await deliverAgain(world, 'duplicates');
    const events = happen(60, (n) => ({ second: Math.floor(n / 3) }));
    const replay = await replayOf(world, events, { name: 'duplicates' });
    const row = await replay.reaches('DONE');
    await consumed(replay, 60);
    await expectAllInOrder(replay, events);
    expect(row).toMatchObject({
      collected: 60,
      late: 0,
      generation: 1,
      checkpoint: { released: 60, duplicates: 60 },
    });
  },
};

/** A second rule with the same target: whatever is replayed under this name comes twice. */
async function deliverAgain(
  { emulator: { cli }, stacks: { main } }: Parameters<Case['run']>[0],
  name: string,
) {
  const machine = main.outputs.CollectStateMachineArn as string;
  const mayAssume = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const mayStart = { Effect: 'Allow', Action: 'states:StartExecution', Resource: machine };
  const policy = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  const trust = ['--assume-role-policy-document', policy(mayAssume)];
  const { Role } = await cli('iam', 'create-role', '--role-name', name, ...trust);
  const named = ['--role-name', name, '--policy-name', 'start', '--policy-document', policy(mayStart)];
  await cli('iam', 'put-role-policy', ...named);
  const pattern = ['--event-pattern', JSON.stringify({ 'replay-name': [name] })];
  await cli('events', 'put-rule', '--event-bus-name', 'main', '--name', name, ...pattern);
  const targets = JSON.stringify([{ Id: 'collect', Arn: machine, RoleArn: Role.Arn }]);
  await cli('events', 'put-targets', '--event-bus-name', 'main', '--rule', name, '--targets', targets);
}

export const twoAtOnce: Case = {
  title: 'two replays of the same window at once do not get in each other’s way',
  async run({ emulator, stacks: { main } }) {
    const hour = freshHour();
    const events = happen(60, (n) => ({ second: Math.floor(n / 2) }));
    await publish(emulator, 'main', { hour, by: 'cli' }, events);
    const start = (name: string, by: 'cli' | 'sdk') =>
      startReplay(emulator, main, { name, hour, by, description: '' });
    const replays = await Promise.all([start('one-of-two', 'cli'), start('two-of-two', 'sdk')]);
    for (const replay of replays) {
      const row = await replay.reaches('DONE');
      await consumed(replay, 60);
      await expectAllInOrder(replay, events);
      expect(row).toMatchObject({ collected: 60, late: 0, checkpoint: { released: 60 } });
    }
  },
};

export const orderingKeys: Case = {
  title: 'with an ordering key each of its values is a lane with an order and offsets of its own',
  async run(world) {
    const events = happen(90, (n) => ({ second: Math.floor(n / 30) }));
    const description = 'orderingKey=detail.orderId';
    const replay = await replayOf(world, events, { name: 'ordering-keys', description });
    const row = await replay.reaches('DONE');
    await consumed(replay, 90);
    await expectAllInOrder(replay, events, { laneOf: ({ orderId }) => orderId });
    expect(new Set((await replay.delivered()).map(({ orderingKey }) => orderingKey)).size).toBe(9);
    expect(row).toMatchObject({ collected: 90, options: { orderingKey: 'detail.orderId' } });
  },
};
