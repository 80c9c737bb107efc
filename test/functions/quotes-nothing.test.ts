import fc from 'fast-check';
import { createCollectHandler } from '../../functions/collect';
import { createSequenceHandler } from '../../functions/sequence';
import { forCaller, powertoolsTelemetry } from '../../functions/telemetry';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { createWorld } from '../fakes/world';
import { envelope, REPLAY } from '../support/events';
import { SEALED } from '../support/selections';
import { captureOutput } from './captured-output';
import { batchOf } from './sqs-batch';

/** Stands in every text of an event that is not as EventBridge's ids are: those alone may be told. */
const SECRET = 'm4rk3r';
const secretOf = (field: string) => `${SECRET} in ${field}`;

/** What may stand in the place of a field: the secret in each form that is refused somewhere. */
const wrong = (field: string) =>
  fc.constantFrom<unknown>(
    secretOf(field),
    secretOf(field).repeat(40),
    `${secretOf(field)}\ud800`,
    [secretOf(field)],
    { [secretOf(field)]: secretOf(field) },
    undefined,
    null,
    '',
    7,
    true,
  );

const right = envelope({
  source: secretOf('source'),
  'detail-type': secretOf('detail-type'),
  account: secretOf('account'),
  region: secretOf('region'),
  resources: [secretOf('resources')],
});

const FIELDS = ['id', 'time', 'source', 'detail-type', 'replay-name'] as const;
const detail = fc.oneof(
  wrong('detail'),
  fc.record({ value: wrong('detail.value'), note: fc.constant(secretOf('note')) }),
  fc.constant({ value: 1, note: secretOf('note').repeat(40_000) }),
);

/** All right but for some fields, which are wrong. */
const badEvent = fc
  .tuple(fc.subarray([...FIELDS], { maxLength: 2 }), detail)
  .chain(([fields, of]) =>
    fc
      .record(Object.fromEntries(fields.map((field) => [field, wrong(field)])))
      .map((changes) => ({ ...right, detail: of, ...changes })),
  );

const asText = badEvent.chain((event) => {
  const text = JSON.stringify(event);
  return fc.oneof(
    fc.constant(text),
    fc.nat({ max: text.length }).map((length) => text.slice(0, length)),
    fc.nat({ max: text.length }).map((at) => `${text.slice(0, at)} ${SECRET} ${text.slice(at)}`),
  );
});

const TIEBREAKERS = ['detail.value', 'detail', 'abs(detail.value)', 'keys(detail)[0]', '"detail-type"'];

/** All that an error tells whoever looks at it: its chain of causes, too. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [error.name, error.message, `${error}`, ...own, error.cause ? told(error.cause) : ''].join('\n');
}

/** What a collector and a sequencer say of one event, in logs and errors, to the queue and in the row. */
async function saidOf(
  input: unknown,
  { tiebreaker, isBatch, dead }: { tiebreaker: string; isBatch: boolean; dead: number },
) {
  const world = createWorld({ settings: { tiebreaker } });
  world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
  const said: string[] = [];
  const output = captureOutput();
  try {
    const telemetry = powertoolsTelemetry();
    const collect = createCollectHandler({ ...world.collectDeps(), telemetry });
    const body = typeof input === 'string' ? input : JSON.stringify(input);
    let code: string | undefined;
    try {
      const answer = await collect(isBatch ? batchOf([body]) : (input as never));
      // Where an event was stored is no message: its position has the tiebreaker and the id.
      said.push(JSON.stringify('batchItemFailures' in answer ? answer : answer.outcome));
    } catch (error) {
      code = (error as Error).name;
      said.push(told(error));
    }
    world.queues.depths.deadLetters = dead;
    const sequence = createSequenceHandler({ ...world.sequenceDeps(), telemetry });
    for (let calls = 0; calls < 8; calls++) {
      const step = await sequence(
        { replay: REPLAY, generation: 1 },
        { getRemainingTimeInMillis: () => 300_000 },
      );
      said.push(JSON.stringify(step));
      if (step.action === 'wait') world.clock.set(Date.parse(step.resumeAt));
    }
    for (const name of world.replays.names) {
      const { reason, warnings } = world.replays.row(name) ?? {};
      said.push(JSON.stringify({ name, reason, warnings }));
    }
    return { code, text: said.join('\n') + output.text() };
  } finally {
    output.restore();
  }
}

test('whatever is wrong with an event, no log, no error, no row and no answer to the queue says what is in it', async () => {
  const codes = new Set<string | undefined>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(badEvent, asText),
      fc.record({
        tiebreaker: fc.constantFrom(...TIEBREAKERS),
        isBatch: fc.boolean(),
        dead: fc.nat({ max: 1 }),
      }),
      async (input, how) => {
        const { code, text } = await saidOf(input, how);
        codes.add(code);
        expect(text).not.toContain(SECRET);
      },
    ),
    { numRuns: 300 },
  );
  expect([...codes].sort()).toEqual(['EventTooLarge', 'InvalidEvent', 'InvalidTiebreaker', undefined]);
});

test('an event whose stored text was damaged is told by its time, and by what is wrong with the text', async () => {
  const position = `2026-11-01T00:00:00.000000000Z#s${SECRET}#${SECRET}`;
  const Items = [{ position: { S: position }, event: { B: Buffer.from(SECRET) } }];
  const buffer = dynamoEventBuffer({ client: { send: async () => ({ Items }) } as never, table: 't' });
  const { events } = await buffer.read(REPLAY, 0, SEALED, undefined, 1);
  const error = thrownBy(() => events[0]?.json());
  expect(told(error)).toContain('2026-11-01T00:00:00.000000000Z');
  expect(told(error)).not.toContain(SECRET);
});

test.each([
  ['whose message and cause quote an event', new Error(SECRET, { cause: new SyntaxError(SECRET) })],
  ['whose name does', Object.assign(new Error('no'), { name: secretOf('name') })],
  ['whose name is no text', Object.assign(new Error('no'), { name: { [SECRET]: SECRET } })],
  [
    'whose name throws',
    Object.defineProperty(new Error('no'), 'name', {
      get: () => {
        throw new Error(SECRET);
      },
    }),
  ],
  ['that is none', SECRET],
])('of a foreign error %s the log and the caller get nothing but a name', (_case, error) => {
  const output = captureOutput();
  try {
    powertoolsTelemetry().failure('It failed', error, {});
    expect(told(forCaller(error)) + output.text()).not.toContain(SECRET);
    expect(output.lines()).toMatchObject([
      { message: 'It failed', code: expect.stringMatching(/^(Error|string)$/) },
    ]);
  } finally {
    output.restore();
  }
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown');
}
