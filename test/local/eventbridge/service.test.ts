import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../../src/core/json';
import { busEventOf } from '../../../src/local/eventbridge/bus-event';
import { createDelivery } from '../../../src/local/eventbridge/delivery';
import type { ReplayTemper } from '../../../src/local/eventbridge/replay';
import { createEventBridge } from '../../../src/local/eventbridge/service';
import { createRandom } from '../../../src/local/random';

const QUIET: ReplayTemper = { duplicateRate: 0, throttleRate: 0, maxDelayMs: 0, eventsPerSecond: 100_000 };
const START_MS = Date.parse('2026-11-01T00:00:00Z');

interface ReplayAnswer {
  State: string;
  EventLastReplayedTime?: number;
  ReplayEndTime?: number;
}

/** A bus with an archive, and what each target got. */
function createBus(options: { temper?: ReplayTemper; seed?: number; pattern?: object } = {}) {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const delivered: { target: string; event: JsonObject; json: string }[] = [];
  const { operations } = createEventBridge({
    account: '000000000000',
    region: 'us-east-1',
    temper: options.temper ?? QUIET,
    random: createRandom(options.seed ?? 1),
    signal: stopping.signal,
    deliver: async ({ arn }, event) => {
      delivered.push({ target: arn, event: event.envelope, json: event.json });
    },
  });
  const call = <T = JsonObject>(operation: string, input: JsonObject = {}): T =>
    operations[operation]?.(input) as T;
  const busArn = call<{ EventBusArn: string }>('CreateEventBus', { Name: 'bus' }).EventBusArn;
  const EventPattern = options.pattern && JSON.stringify(options.pattern);
  const { ArchiveArn } = call<{ ArchiveArn: string }>('CreateArchive', {
    ArchiveName: 'archive',
    EventSourceArn: busArn,
    ...(EventPattern && { EventPattern }),
  });
  const rule = (name: string, pattern: object) => {
    const { RuleArn } = call<{ RuleArn: string }>('PutRule', {
      Name: name,
      EventBusName: 'bus',
      EventPattern: JSON.stringify(pattern),
    });
    call('PutTargets', {
      Rule: name,
      EventBusName: 'bus',
      Targets: [{ Id: '1', Arn: `arn:target:${name}` }],
    });
    return RuleArn;
  };
  const put = (second: number, detail: object = {}, more: JsonObject = {}) =>
    call<{ FailedEntryCount: number; Entries: { EventId?: string; ErrorCode?: string }[] }>('PutEvents', {
      Entries: [
        {
          EventBusName: 'bus',
          Source: 'shop',
          DetailType: 'order',
          Detail: JSON.stringify(detail),
          Time: START_MS / 1_000 + second,
          ...more,
        },
      ],
    });
  const replay = (ReplayName: string, more: JsonObject = {}) =>
    call('StartReplay', {
      ReplayName,
      EventSourceArn: ArchiveArn,
      Destination: { Arn: busArn },
      EventStartTime: START_MS / 1_000,
      EventEndTime: START_MS / 1_000 + 86_400,
      ...more,
    });
  const described = (ReplayName: string) => call<ReplayAnswer>('DescribeReplay', { ReplayName });
  const ended = async (name: string) => {
    const deadlineMs = Date.now() + 10_000;
    while (described(name).ReplayEndTime === undefined) {
      if (Date.now() > deadlineMs) throw new Error(`Replay ${name} does not end.`);
      await delay(5);
    }
    return described(name);
  };
  const numbers = () => delivered.map(({ event }) => (event.detail as { n: number }).n);
  return { call, busArn, ArchiveArn, rule, put, replay, described, ended, delivered, numbers, stopping };
}

const error = (name: string) => expect.objectContaining({ name });

describe('PutEvents', () => {
  test("cuts an event's time to its second", () => {
    const { put, rule, delivered } = createBus();
    rule('all', { source: ['shop'] });
    put(0, {}, { Time: START_MS / 1_000 + 7.999 });
    expect(delivered[0]?.event).toMatchObject({ version: '0', time: '2026-11-01T00:00:07Z', source: 'shop' });
  });

  test('gives an event without a time the present one', () => {
    const { put, rule, delivered } = createBus();
    rule('all', { source: ['shop'] });
    const beforeMs = Date.now() - 1_000;
    put(0, {}, { Time: undefined });
    expect(Date.parse(String(delivered[0]?.event.time))).toBeGreaterThanOrEqual(beforeMs);
  });

  test.each([
    ['MalformedDetail', { Detail: '{' }],
    ['MalformedDetail', { Detail: '[]' }],
    ['InvalidArgument', { Detail: undefined }],
    ['InvalidArgument', { Source: '' }],
    ['InvalidArgument', { DetailType: undefined }],
    ['InvalidArgument', { Detail: JSON.stringify({ text: 'x'.repeat(1024 * 1024) }) }],
  ])('refuses a bad entry with %s, and that one only', (ErrorCode, more) => {
    const { put, call } = createBus();
    const answer = put(0, {}, more);
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode }] });
    expect(call('DescribeArchive', { ArchiveName: 'archive' })).toMatchObject({ EventCount: 0 });
  });

  test.each([0, 11])('refuses %i entries', (length) => {
    const Entries = Array.from({ length }, () => ({ Source: 's', DetailType: 't', Detail: '{}' }));
    expect(() => createBus().call('PutEvents', { Entries })).toThrow(error('ValidationException'));
  });

  test('refuses a bus that does not exist', () => {
    expect(() => createBus().put(0, {}, { EventBusName: 'nowhere' })).toThrow(
      error('ResourceNotFoundException'),
    );
  });
});

describe('an archive', () => {
  test('keeps what matches its pattern', () => {
    const { put, call } = createBus({ pattern: { detail: { keep: [true] } } });
    put(0, { keep: true });
    put(1, { keep: false });
    expect(call('DescribeArchive', { ArchiveName: 'archive' })).toMatchObject({ EventCount: 1 });
  });

  test('does not keep replayed events again', async () => {
    const { put, call, replay, ended } = createBus();
    put(0);
    replay('r');
    await ended('r');
    expect(call('DescribeArchive', { ArchiveName: 'archive' })).toMatchObject({ EventCount: 1 });
  });

  test('a bad pattern is refused under its own name', () => {
    const bus = createBus();
    expect(() =>
      bus.call('CreateArchive', {
        ArchiveName: 'a',
        EventSourceArn: bus.busArn,
        EventPattern: '{"source": "x"}',
      }),
    ).toThrow(error('InvalidEventPatternException'));
  });
});

describe('a replay', () => {
  test('brings events back as they were, with its name: minute by minute, in no order inside a minute', async () => {
    const { put, rule, replay, ended, delivered, numbers } = createBus();
    rule('replayed', { 'replay-name': [{ exists: true }] });
    const ids = Array.from({ length: 90 }, (_, n) => put(n * 2, { n }).Entries[0]?.EventId);
    replay('r');
    await ended('r');
    expect(new Set(numbers()).size).toBe(90);
    const minutes = numbers().map((n) => Math.floor((n * 2) / 60));
    expect(minutes).toEqual([...minutes].sort((one, other) => one - other));
    expect(numbers()).not.toEqual([...numbers()].sort((one, other) => one - other));
    const last = delivered.find(({ event }) => event.id === ids[89])?.event;
    expect(last).toMatchObject({ 'replay-name': 'r', time: '2026-11-01T00:02:58Z', detail: { n: 89 } });
  });

  test('takes the window by event time, its end left out', async () => {
    const { put, rule, replay, ended, numbers } = createBus();
    rule('replayed', { 'replay-name': [{ exists: true }] });
    for (const n of [9, 10, 15, 20]) put(n, { n });
    replay('r', { EventStartTime: START_MS / 1_000 + 10, EventEndTime: START_MS / 1_000 + 20 });
    await ended('r');
    expect(numbers().sort()).toEqual([10, 15]);
  });

  test('delivers some twice, by its temper', async () => {
    const { put, rule, replay, ended, numbers } = createBus({ temper: { ...QUIET, duplicateRate: 1 } });
    rule('replayed', { 'replay-name': [{ exists: true }] });
    for (let n = 0; n < 5; n++) put(n, { n });
    replay('r');
    await ended('r');
    expect(numbers().sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });

  test('is STARTING, RUNNING and COMPLETED, and says up to which event it came', async () => {
    const { put, rule, replay, described, ended } = createBus({ temper: { ...QUIET, maxDelayMs: 200 } });
    rule('replayed', { 'replay-name': [{ exists: true }] });
    for (let n = 0; n < 20; n++) put(n);
    expect(replay('r')).toMatchObject({ State: 'STARTING' });
    expect(described('r')).not.toHaveProperty('EventLastReplayedTime');
    const seen = new Set<string>();
    while (described('r').ReplayEndTime === undefined) {
      seen.add(described('r').State);
      await delay(2);
    }
    expect([...seen]).toEqual(['STARTING', 'RUNNING']);
    expect(await ended('r')).toMatchObject({
      State: 'COMPLETED',
      EventLastReplayedTime: START_MS / 1_000 + 19,
    });
  });

  test('that is cancelled stops, and is CANCELLING before it is CANCELLED', async () => {
    const { put, rule, replay, call, ended, delivered } = createBus({
      temper: { ...QUIET, eventsPerSecond: 20 },
    });
    rule('replayed', { 'replay-name': [{ exists: true }] });
    for (let n = 0; n < 100; n++) put(n);
    replay('r');
    while (delivered.length < 2) await delay(5);
    expect(call('CancelReplay', { ReplayName: 'r' })).toMatchObject({ State: 'CANCELLING' });
    expect(await ended('r')).toMatchObject({ State: 'CANCELLED' });
    expect(delivered.length).toBeLessThan(100);
    expect(() => call('CancelReplay', { ReplayName: 'r' })).toThrow(error('IllegalStatusException'));
  });

  test('ends when the service stops', async () => {
    const { put, replay, ended, stopping } = createBus({ temper: { ...QUIET, eventsPerSecond: 1 } });
    for (let n = 0; n < 100; n++) put(n);
    replay('r');
    stopping.abort();
    expect(await ended('r')).toMatchObject({ State: 'CANCELLED' });
  });

  test('has a name that is used once', async () => {
    const { replay, ended } = createBus();
    replay('r');
    await ended('r');
    expect(() => replay('r')).toThrow(error('ResourceAlreadyExistsException'));
  });

  test('is one of ten at most', async () => {
    const { replay, ended } = createBus();
    for (let n = 0; n < 10; n++) replay(`r${n}`);
    expect(() => replay('r10')).toThrow(error('LimitExceededException'));
    await ended('r9');
    expect(() => replay('r10')).not.toThrow();
  });

  test('reaches the rules of FilterArns only, and names them', async () => {
    const { put, rule, replay, ended, described, delivered, busArn } = createBus();
    rule('left-out', { 'replay-name': [{ exists: true }] });
    const chosen = rule('chosen', { 'replay-name': [{ exists: true }] });
    put(0);
    replay('r', { Destination: { Arn: busArn, FilterArns: [chosen] } });
    await ended('r');
    expect(delivered.map(({ target }) => target)).toEqual(['arn:target:chosen']);
    expect(described('r')).toMatchObject({ Destination: { Arn: busArn, FilterArns: [chosen] } });
  });

  test('that is not known is not found', () => {
    const { call } = createBus();
    expect(() => call('DescribeReplay', { ReplayName: 'r' })).toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException', message: 'Replay r does not exist.' }),
    );
  });

  test.each([
    ['an archive that does not exist', { EventSourceArn: 'arn:aws:events:us-east-1:0:archive/none' }],
    [
      'another bus than that of the archive',
      { Destination: { Arn: 'arn:aws:events:us-east-1:0:event-bus/default' } },
    ],
    ['a window that ends before it starts', { EventEndTime: 0 }],
    ['a name with a space', { ReplayName: 'my replay' }],
    ['a name that is too long', { ReplayName: 'x'.repeat(65) }],
  ])('with %s is refused', (_, more) => {
    expect(() => createBus().replay('r', more)).toThrow(/not exist|not valid|allowed/);
  });

  test.each([1, 7])('has an order that its seed (%i) decides', async (seed) => {
    const orders = await Promise.all(
      [seed, seed, seed + 1].map(async (each) => {
        const bus = createBus({ seed: each, temper: { ...QUIET, duplicateRate: 0.2 } });
        bus.rule('replayed', { 'replay-name': [{ exists: true }] });
        for (let n = 0; n < 50; n++) bus.put(n, { n });
        bus.replay('r');
        await bus.ended('r');
        return bus.numbers();
      }),
    );
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
  });
});

describe('delivery', () => {
  const target = { id: '1', arn: 'arn:target' };
  const event = busEventOf('{"id":"e"}');
  const deliverTo = (
    offer: () => boolean,
    more: { throttleRate?: number; maximumEventAgeMs?: number } = {},
  ) => {
    const dead: JsonObject[] = [];
    const stopping = new AbortController();
    const deliver = createDelivery({
      offer,
      deadLetter: (event) => dead.push(event.envelope),
      maximumEventAgeMs: more.maximumEventAgeMs ?? 200,
      throttleRate: more.throttleRate ?? 0,
      random: createRandom(1),
      signal: stopping.signal,
    });
    return { deliver, dead, stopping };
  };

  test('is tried again until the target takes the event', async () => {
    let offers = 0;
    const { deliver, dead } = deliverTo(() => {
      offers++;
      if (offers === 1) throw new Error('on purpose');
      return offers === 3;
    });
    await deliver(target, event);
    expect({ offers, dead }).toEqual({ offers: 3, dead: [] });
  });

  test('R1: gives the event to the dead-letter queue when it is too old, and not before it was tried long enough', async () => {
    let offers = 0;
    const { deliver, dead } = deliverTo(() => {
      offers++;
      return false;
    });
    const beganMs = Date.now();
    await deliver(target, event);
    expect(dead).toEqual([{ id: 'e' }]);
    expect(offers).toBeGreaterThan(2);
    expect(Date.now() - beganMs).toBeLessThan(2_000);
  });

  test('of a throttled event goes that way without the target', async () => {
    let offers = 0;
    const { deliver, dead } = deliverTo(
      () => {
        offers++;
        return true;
      },
      { throttleRate: 1 },
    );
    await deliver(target, event);
    expect({ offers, dead: dead.length }).toEqual({ offers: 0, dead: 1 });
  });

  test('ends with the service', async () => {
    const { deliver, dead, stopping } = deliverTo(() => false, { maximumEventAgeMs: 60_000 });
    const delivering = deliver(target, event);
    stopping.abort();
    await delivering;
    expect(dead).toEqual([]);
  });
});
