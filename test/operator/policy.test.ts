import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dynamoCommands } from '../../src/aws/commands';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoHistories } from '../../src/aws/histories';
import { eventBridgeCancellation } from '../../src/aws/replay-cancellation';
import { dynamoReplays } from '../../src/aws/replays';
import { dynamoRuns } from '../../src/aws/runs';
import { sfnSequencerStarts } from '../../src/aws/sequencer-starts';
import { createCommands } from '../../src/operator/commands';
import { rerun } from '../../src/operator/rerun';
import { type AwsStub, type StubRequest, startAwsStub } from '../aws/aws-stub';
import { virtualClock } from '../fakes/clock';
import { applies, type Grant, grantsOf, isAllowed, type Statement } from '../support/iam';

/* What docs/operator-policy.json lets a person do, beside every call that the operator's code makes. */

const PERSON = 'person';
const POLICY = path.join(__dirname, '../../docs/operator-policy.json');
const { Statement: statements } = JSON.parse(readFileSync(POLICY, 'utf8')) as { Statement: Statement[] };
const grantsOfStatements = (chosen: Statement[]) => chosen.flatMap((each) => grantsOf(PERSON, each));

/** As CloudFormation names what a stack `ordered-replay-dev` has. */
const TABLES = {
  replays: 'ordered-replay-dev-Replays-1A2B3C4D5E6F',
  eventBuffer: 'ordered-replay-dev-EventBuffer-1A2B3C4D5E6F',
};
const MACHINE_ARN = 'arn:aws:states:us-east-1:123456789012:stateMachine:ordered-replay-dev-sequence';
const POSITION = '2026-11-20T12:00:00.000000000Z##e';
const ITEM = {
  replay: { S: 'r' },
  phase: { S: 'RELEASING' },
  generation: { N: '1' },
  buckets: { N: '2' },
  tiebreaker: { S: '' },
  options: {
    M: { speed: { S: '1' }, idle: { S: '5s' }, orderingKey: { S: 'none' }, onMissing: { S: 'wait' } },
  },
  retainedUntil: { S: '2026-12-04T12:00:00.000Z' },
  createdAt: { S: '2026-11-20T12:00:00.000Z' },
  collected: { N: '9' },
  releaseStartedAt: { S: '2026-11-20T12:00:00.000Z' },
  // Asleep: a command starts the next sequencer.
  heartbeatAt: { S: '2026-11-20T12:00:00.000Z' },
  resumeAt: { S: '2026-11-20T12:05:00.000Z' },
};

interface Call {
  action: string;
  resource: string;
}

/** A request as IAM looks at it. */
function callOf({ target, input }: StubRequest): Call {
  const [service = '', operation = ''] = target.split('.');
  const arn = (of: string, resource: unknown) => `arn:aws:${of}:us-east-1:123456789012:${resource}`;
  if (service.startsWith('DynamoDB')) {
    return { action: `dynamodb:${operation}`, resource: arn('dynamodb', `table/${input.TableName}`) };
  }
  if (service === 'AWSEvents') {
    return { action: `events:${operation}`, resource: arn('events', `replay/${input.ReplayName}`) };
  }
  if (service === 'AWSStepFunctions') {
    return { action: `states:${operation}`, resource: String(input.stateMachineArn) };
  }
  throw new Error(`Not known here: ${target}`);
}

const isOf = (grants: readonly Grant[], call: Call) => isAllowed(grants, { principal: PERSON, ...call });

describe('the policy of a person', () => {
  let stub: AwsStub;
  const calls: Record<'read' | 'command' | 'readPayloads', Call[]> = {
    read: [],
    command: [],
    readPayloads: [],
  };
  const all = () => Object.values(calls).flat();

  beforeAll(async () => {
    stub = await startAwsStub();
    const { dynamodb, eventbridge, sfn } = stub.clients;
    const replays = dynamoReplays({ client: dynamodb, table: TABLES.replays });
    const histories = dynamoHistories({ client: dynamodb, table: TABLES.replays });
    const buffer = dynamoEventBuffer({ client: dynamodb, table: TABLES.eventBuffer });
    const starts = sfnSequencerStarts({ client: sfn, stateMachineArn: MACHINE_ARN });
    const person = createCommands({
      clock: virtualClock(),
      replays,
      buffer,
      starts,
      commands: dynamoCommands({ client: dynamodb, table: TABLES.replays }),
      cancellation: eventBridgeCancellation({ client: eventbridge }),
    });
    let row: object = ITEM;
    stub.answer = ({ target, input }) => {
      if (target.endsWith('.StartExecution')) return { body: { executionArn: 'arn', startDate: 0 } };
      if (target.endsWith('.GetItem')) {
        const isHere = JSON.stringify(input.Key) === '{"replay":{"S":"r"}}';
        return { body: isHere ? { Item: row } : {} };
      }
      const event = { position: { S: POSITION }, event: { S: '{}' } };
      if (target.endsWith('.Query')) return { body: { Items: [event], Count: 1 } };
      if (target.endsWith('.UpdateItem')) return { body: { Attributes: row } };
      return { body: {} };
    };
    const record = async (into: keyof typeof calls, work: () => Promise<unknown>) => {
      stub.requests.length = 0;
      await work();
      calls[into].push(...stub.requests.map(callOf));
    };
    await record('read', () => replays.get('r'));
    await record('read', () => histories.get('r'));
    await record('readPayloads', () => buffer.read('r', 0, { sealed: true }, undefined, 10));
    await record('command', () => person.pause('r'));
    await record('command', () => person.resume('r', { withoutDead: true }));
    await record('command', () => person.speed('r', { speed: '10', idle: '5s' }));
    await record('command', () => person.until('r', POSITION));
    await record('command', () => person.step('r', 1));
    row = { ...ITEM, phase: { S: 'COLLECTING' }, collected: undefined, releaseStartedAt: undefined };
    await record('command', () => person.cancel('r'));
    row = ITEM;
    const failures: unknown[] = [];
    const ids = ['request-1'];
    await record('command', () =>
      rerun(
        { replay: 'r', include: 'all' },
        {
          clock: virtualClock(),
          replays,
          runs: dynamoRuns({ client: dynamodb, table: TABLES.replays }),
          starts,
          newId: () => ids.pop() ?? '',
          observer: { naming: () => undefined, notStarted: (_run, error) => failures.push(error) },
        },
      ),
    );
    expect(failures).toEqual([]);
  });
  afterAll(() => stub.close());

  const named = (sid: string) => statements.filter(({ Sid }) => Sid === sid);

  test('has three statements: to read, to command, to read payloads', () => {
    expect(statements.map(({ Sid, Effect }) => [Sid, Effect])).toEqual([
      ['Read', 'Allow'],
      ['Command', 'Allow'],
      ['ReadPayloads', 'Allow'],
    ]);
  });

  test('allows every call that is made, each kind by its own statement and those before it; a step reads the buffer, too', () => {
    expect(new Set(all().map(({ action }) => action)).size).toBe(6);
    const refused = (made: Call[], ...sids: string[]) =>
      made.filter((call) => !isOf(grantsOfStatements(sids.flatMap(named)), call));
    expect(refused(calls.read, 'Read')).toEqual([]);
    expect(refused(calls.readPayloads, 'ReadPayloads')).toEqual([]);
    expect(refused(calls.command, 'Read', 'Command', 'ReadPayloads')).toEqual([]);
    const queries = refused(calls.command, 'Read', 'Command');
    expect(new Set(queries.map(({ action }) => action))).toEqual(new Set(['dynamodb:Query']));
  });

  test('has no action and no resource that no call needs', () => {
    for (const statement of statements) {
      const grants = grantsOfStatements([statement]);
      const used = grants.filter((grant) =>
        all().some((call) => applies(grant, { principal: PERSON, ...call })),
      );
      const of = (which: 'action' | 'resource', among: Grant[]) =>
        new Set(among.map((grant) => grant[which]));
      expect(of('action', used)).toEqual(of('action', grants));
      expect(of('resource', used)).toEqual(of('resource', grants));
      // An action is of one kind of resource: none reaches another by standing beside it.
      expect(used.length).toBe(of('action', grants).size);
    }
  });

  test('the checks notice each action and each resource that is taken away', () => {
    for (const taken of grantsOfStatements(statements)) {
      const isUsed = all().some((call) => applies(taken, { principal: PERSON, ...call }));
      if (!isUsed) continue;
      const left = grantsOfStatements(statements).filter((grant) => grant.action !== taken.action);
      expect(all().every((call) => isOf(left, call))).toBe(false);
    }
  });

  test.each([
    ['dynamodb:DeleteItem', 'dynamodb', `table/${TABLES.replays}`],
    ['dynamodb:PutItem', 'dynamodb', `table/${TABLES.eventBuffer}`],
    ['dynamodb:PutItem', 'dynamodb', 'table/ordered-replay-dev-OrderedEvents-1A2B3C4D5E6F'],
    ['dynamodb:UpdateItem', 'dynamodb', `table/${TABLES.eventBuffer}`],
    ['dynamodb:UpdateItem', 'dynamodb', 'table/ordered-replay-dev-OrderedEvents-1A2B3C4D5E6F'],
    ['dynamodb:Query', 'dynamodb', 'table/ordered-replay-dev-OrderedEvents-1A2B3C4D5E6F'],
    ['dynamodb:GetItem', 'dynamodb', 'table/orders'],
    ['states:StartExecution', 'states', 'stateMachine:ordered-replay-dev-collect'],
    ['states:StopExecution', 'states', 'execution:ordered-replay-dev-sequence:r.1'],
    ['events:StartReplay', 'events', 'archive/orders'],
    ['sqs:ReceiveMessage', 'sqs', 'ordered-replay-dev-DeadLetters-1A2B3C4D5E6F'],
  ])('does not allow %s on another thing: %s %s', (action, service, resource) => {
    const call = { action, resource: `arn:aws:${service}:us-east-1:123456789012:${resource}` };
    expect(isOf(grantsOfStatements(statements), call)).toBe(false);
  });

  test('reads payloads, and writes, by no other statement', () => {
    const grants = (sid: string) => grantsOfStatements(named(sid)).map(({ action }) => action);
    expect(grants('Read')).toEqual(['dynamodb:GetItem']);
    const query = calls.readPayloads[0] as Call;
    expect(isOf(grantsOfStatements([...named('Read'), ...named('Command')]), query)).toBe(false);
  });
});
