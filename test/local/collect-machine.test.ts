import { canonicalJson } from '../../src/core/event/canonical-json';
import { readDefinition } from '../../src/local/definitions';
import type { HostedFunction } from '../../src/local/function-host';
import { LocalQueue } from '../../src/local/queue';
import { createRandom } from '../../src/local/random';
import { LOCAL } from '../../src/local/resource-names';
import { createResourceInvoker } from '../../src/local/service-integrations';
import { LocalStateMachine, type MachineOptions } from '../../src/local/state-machine';
import { envelope } from '../support/events';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_BYTES = 262_144;

jest.setTimeout(120_000);

/** The deployed definition, and what its function and its queue were given. */
async function collectMachine({
  handle = () => null,
  change = () => undefined,
}: {
  handle?: (input: unknown) => unknown;
  change?: (definition: MachineOptions['definition']) => void;
} = {}) {
  const definition = await readDefinition('collect');
  change(definition);
  const taken: { event?: string; id?: string }[] = [];
  const collect: HostedFunction = {
    ...LOCAL.collect,
    timeoutMs: 5_000,
    handler: async (input: never) => {
      taken.push(input);
      return handle(input);
    },
  };
  const queue = new LocalQueue({ ...LOCAL.overflow, visibilityTimeoutMs: 1_000 });
  const invoke = createResourceInvoker({ functions: [collect], queues: [queue], machines: new Map() });
  const machine = new LocalStateMachine(
    {
      arn: LOCAL.collectMachineArn,
      type: 'EXPRESS',
      definition,
      retryIntervalsMs: { Collect: 1, Park: 1, CollectAsItIs: 1 },
    },
    invoke,
  );
  return {
    machine,
    taken,
    parked: () => queue.receive(10).map(({ body }) => body),
    async run(text: string) {
      machine.start('e', text);
      await machine.idle();
    },
  };
}

/** An event of so many bytes, full of what has to be escaped. */
function eventOf(bytes: number, pieces: readonly string[]): string {
  const random = createRandom(bytes);
  const json = (note: string) =>
    JSON.stringify(envelope({ detail: { note: '#' } })).replace(
      '"#"',
      () => `"${note}","n":1763942400000000101`,
    );
  let left = bytes - Buffer.byteLength(json(''));
  let note = '';
  while (left > 0) {
    const piece = pieces[random.integer(0, pieces.length - 1)] as string;
    const fitting = Buffer.byteLength(piece) <= left ? piece : 'x';
    note += fitting;
    left -= Buffer.byteLength(fitting);
  }
  return json(note);
}

const FULL_OF: [string, string[]][] = [
  ['quotes', ['\\"']],
  ['backslashes', ['\\\\']],
  ['letters', ['x']],
  ['characters of several bytes', ['é', '😀', '漢']],
  ['all of that', ['\\"', '\\\\', '\\n', '\\u0001', 'é', '😀', '\u2028', 'x']],
];
const SIZES = [330, 1_000, 65_536, 131_000, 216_000, 250_000, 261_800, 261_900, 262_000, 262_100, MOST_BYTES];

const CASES = FULL_OF.flatMap(([of, pieces]) => SIZES.map((bytes) => ({ of, pieces, bytes })));

test.each(CASES)(
  'R1: given an event of $bytes bytes of $of, then it is collected or parked, once',
  async ({ pieces, bytes }) => {
    const event = eventOf(bytes, pieces);
    expect(Buffer.byteLength(event)).toBe(bytes);
    const { machine, taken, parked, run } = await collectMachine();
    await run(event);
    expect(machine.failures).toBe(0);
    const bodies = parked();
    expect(taken.length + bodies.length).toBe(1);
    const [{ event: text, id } = {}] = taken;
    const isAsItIs = id !== undefined;
    if (isAsItIs) expect(bytes).toBeGreaterThan(MOST_BYTES - 200);
    else expect(text ?? bodies[0]).toBe(canonicalJson(event, JSON.parse(event)));
  },
);

test.each(CASES.filter(({ bytes }) => bytes < 261_900))(
  'R1: given an event of $bytes bytes of $of and a function that fails, then it can be parked',
  async ({ pieces, bytes }) => {
    const event = eventOf(bytes, pieces);
    const { parked, run } = await collectMachine({
      handle: () => {
        throw new Error('on purpose');
      },
    });
    await run(event);
    expect(parked()).toEqual([canonicalJson(event, JSON.parse(event))]);
  },
);

test('given an event of 216,000 bytes of quotes, then it is parked as it is, since its text would be too large', async () => {
  const { taken, parked, run } = await collectMachine();
  await run(eventOf(216_000, ['\\"']));
  expect([taken.length, parked().length]).toEqual([0, 1]);
});

test('given a Catch of States.ALL alone, then it does not catch that a text is too large, as on AWS', async () => {
  const { machine, parked, run } = await collectMachine({
    change: (definition) => {
      const { Collect } = definition.States as unknown as { Collect: { Catch: { ErrorEquals: string[] }[] } };
      Collect.Catch = Collect.Catch.filter(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
    },
  });
  await run(eventOf(216_000, ['\\"']));
  expect([machine.failures, parked().length]).toEqual([1, 0]);
});

test('given an event that is larger, then its execution is not started', async () => {
  const { machine } = await collectMachine();
  expect(() => machine.start('e', eventOf(MOST_BYTES + 1, ['x']))).toThrow(/it has 262145 bytes/);
});

test('given an event that the function refuses, then it is not tried again, and is parked', async () => {
  const { taken, parked, run } = await collectMachine({
    handle: () => {
      throw Object.assign(new Error('on purpose'), { name: 'InvalidEvent' });
    },
  });
  await run(eventOf(1_000, ['x']));
  expect([taken.length, parked().length]).toEqual([1, 1]);
});
