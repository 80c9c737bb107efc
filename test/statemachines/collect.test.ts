import { readDefinition } from '../../src/local/definitions';
import { LOCAL } from '../../src/local/resource-names';
import { LocalStateMachine } from '../../src/local/state-machine';
import { SEALED } from '../support/selections';
import { eventOf, QUEUE, SETTINGS, type Stage, startStage, throwing } from './stage';

/** The first of these tests has taken three seconds on a busy machine: too close to the five that Jest allows. */
jest.setTimeout(30_000);

const COLLECT = LOCAL.collect.arn;

let stage: Stage;
beforeEach(async () => {
  stage = await startStage();
});
afterEach(() => stage.close());

async function bufferedOf(replay: string): Promise<string[]> {
  const buckets = Array.from({ length: SETTINGS.buckets }, (_, bucket) =>
    stage.buffer.read(replay, bucket, SEALED, undefined, 1_000),
  );
  return (await Promise.all(buckets)).flatMap(({ events }) => events.map(({ json }) => json()));
}

describe('an event that can be collected', () => {
  test('is in the buffer as it came, a sequencer is started for it, and nothing is parked', async () => {
    const event = eventOf('r');
    await stage.collected(event);
    expect(await bufferedOf('r')).toEqual([JSON.stringify(event)]);
    expect(stage.callsOf(COLLECT)).toHaveLength(1);
    expect(stage.bodiesIn(stage.overflow)).toEqual([]);
    expect([...stage.sequence.executions.values()].map(({ name, input }) => [name, input])).toEqual([
      ['r.1', '{"replay":"r","generation":1}'],
    ]);
    expect(stage.collect.failures).toBe(0);
  });

  test('R4: given it comes twice, then it is in the buffer once', async () => {
    const event = eventOf('r');
    await stage.collected(event);
    await stage.collected(event);
    expect(await bufferedOf('r')).toEqual([JSON.stringify(event)]);
  });
});

describe('a failure that passes', () => {
  test.each([
    ['an error of any name, twice', ['Error', 'Error']],
    ['a timeout of the function, once', ['Sandbox.Timedout']],
    ['throttling, twice', ['Lambda.TooManyRequestsException', 'Lambda.TooManyRequestsException']],
    ['a fault of Lambda, twice', ['Lambda.ServiceException', 'Lambda.SdkClientException']],
    ['throttling once and another error once', ['Lambda.TooManyRequestsException', 'Error']],
  ])('%s, is retried: the event is collected and not parked', async (_, names) => {
    const event = eventOf('r');
    stage.fail(COLLECT, ...names.map((name) => throwing(name)));
    await stage.collected(event);
    expect(stage.callsOf(COLLECT)).toHaveLength(names.length + 1);
    expect(await bufferedOf('r')).toEqual([JSON.stringify(event)]);
    expect(stage.bodiesIn(stage.overflow)).toEqual([]);
  });

  test('each retry gets the very same event', async () => {
    const event = eventOf('r');
    stage.fail(COLLECT, throwing('Error'));
    await stage.collected(event);
    const { input } = stage.callsOf(COLLECT)[0] as { input: { event: string } };
    expect(input.event).toBe(JSON.stringify(event));
    expect(stage.callsOf(COLLECT).map((call) => call.input)).toEqual([input, input]);
  });
});

describe('an event that cannot be collected', () => {
  test.each([
    ['without a source', { source: undefined }],
    ['with a tiebreaker that has no order', { detail: { sequence: { no: 'order' } } }],
    ['with a detail that is no object', { detail: 'text' }],
  ])('R1: %s, is parked as it came, without a retry', async (_, changes) => {
    const event = eventOf('r', changes);
    await stage.collected(event);
    expect(stage.callsOf(COLLECT)).toHaveLength(1);
    expect(stage.bodiesIn(stage.overflow)).toEqual([JSON.stringify(event)]);
    expect(stage.collect.failures).toBe(0);
  });

  test.each([['{}'], ['[]'], ['"x"'], ['1'], ['true'], ['{"Records":[]}']])(
    'R1: as odd as %s, is parked as it came: no path of the definition misses anything',
    async (input) => {
      stage.collect.start('odd', input);
      await stage.collect.idle();
      expect(stage.collect.failures).toBe(0);
      expect(stage.bodiesIn(stage.overflow)).toEqual([input === '"x"' ? 'x' : input]);
    },
  );

  test('R1: given every attempt fails, then the event is parked after three of them', async () => {
    const event = eventOf('r');
    stage.fail(COLLECT, ...Array.from({ length: 9 }, () => throwing('Error')));
    await stage.collected(event);
    expect(stage.callsOf(COLLECT)).toHaveLength(3);
    expect(stage.bodiesIn(stage.overflow)).toEqual([JSON.stringify(event)]);
  });

  test('R1: given throttling does not end, then the event is parked after three attempts', async () => {
    const event = eventOf('r');
    stage.fail(COLLECT, ...Array.from({ length: 9 }, () => throwing('Lambda.TooManyRequestsException')));
    await stage.collected(event);
    expect(stage.callsOf(COLLECT)).toHaveLength(3);
    expect(stage.bodiesIn(stage.overflow)).toEqual([JSON.stringify(event)]);
  });
});

describe('parking', () => {
  test('R1: given the queue fails twice, then the event is parked at the third attempt', async () => {
    const event = eventOf('r', { source: '' });
    stage.fail(QUEUE, throwing('SQS.SdkClientException'), throwing('SQS.RequestThrottledException'));
    await stage.collected(event);
    expect(stage.callsOf(QUEUE)).toHaveLength(3);
    expect(stage.bodiesIn(stage.overflow)).toEqual([JSON.stringify(event)]);
  });

  test('given the queue never takes it, then the execution fails and says why', async () => {
    stage.fail(QUEUE, ...Array.from({ length: 3 }, () => throwing('SQS.SdkClientException')));
    await stage.collected(eventOf('r', { source: '' }));
    expect(stage.callsOf(QUEUE)).toHaveLength(3);
    expect(stage.collect.failures).toBe(1);
  });
});

test('an execution that takes longer than the machine may is ended and counted', async () => {
  const definition = await readDefinition('collect');
  let answer: (value: unknown) => void = () => undefined;
  const hung = new Promise<unknown>((resolve) => {
    answer = resolve;
  });
  const machine = new LocalStateMachine(
    { arn: LOCAL.sequenceMachineArn, type: 'STANDARD', definition, timeoutMs: 20 },
    () => hung,
  );
  const { executionArn } = machine.start('slow', '{}');
  await machine.idle();
  expect(machine.executions.get(executionArn)).toMatchObject({
    status: 'TIMED_OUT',
    error: 'States.Timeout',
  });
  expect(machine.failures).toBe(1);
  answer(null);
});
