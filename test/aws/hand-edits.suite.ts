import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type Item, readItem } from '../../src/aws/attributes';
import { REPLAY_ROW } from '../../src/aws/replay-row';
import { createCollector } from '../../src/core/collect/collect';
import type { Replays } from '../../src/core/ports';
import type { SequenceAnswer } from '../../src/core/replay/call';
import { sequence } from '../../src/core/replay/sequence';
import { createWorld, type World } from '../fakes/world';
import { REPLAY } from '../support/events';
import { eventAt, released } from '../support/replays';

/** A table of replays that a person can change, too. */
export interface TableByHand {
  replays: Replays;
  /** The item of this replay, as the table has it. */
  item(): Promise<Item>;
  /** Nothing removes the attribute. */
  put(attribute: string, value: AttributeValue | undefined): Promise<void>;
  clear(): Promise<void>;
}

const ATTRIBUTES = Object.values(REPLAY_ROW).flatMap(({ attribute }) =>
  attribute === 'replay' ? [] : [attribute],
);

const STOPPING = [
  'phase',
  'generation',
  'buckets',
  'tiebreaker',
  'plan',
  'options',
  'createdAt',
  'retainedUntil',
  'lastArrivalAt',
  'releaseStartedAt',
  'checkpoint',
  'collected',
];

const VALUES: (AttributeValue | undefined)[] = [
  { S: 'x !' },
  { S: '' },
  { S: '2026-11-20 12:00' },
  { N: '-7' },
  { N: '0.5' },
  { N: '12345678901234567890123456789' },
  { BOOL: true },
  { NULL: true },
  { M: {} },
  { M: { x: { S: 'y' } } },
  { M: { speed: { N: '5' }, position: { N: '1' } } },
  { L: [] },
  { L: [{ N: '1' }] },
  { SS: ['a'] },
  { B: new Uint8Array([1]) },
  undefined,
];

/** What an attribute may hold after all. */
function isAllowed(attribute: string, value: AttributeValue | undefined): boolean {
  if (value === undefined) return true;
  if (value.S !== undefined) {
    return ['reason', 'errorCode'].includes(attribute) || (attribute === 'tiebreaker' && value.S === '');
  }
  if (value.N !== undefined) return attribute === 'expiresAt';
  if (value.L !== undefined)
    return ['warnings', 'counting', 'takenUp'].includes(attribute) && value.L.length === 0;
  if (attribute === 'command') return value.M !== undefined && Object.keys(value.M).length === 0;
  return attribute === 'options' && value.M !== undefined && value.M.speed === undefined;
}

/** Whatever somebody types into a row, at whatever time: the real core over one kind of table. */
export function handEditsSuite(open: () => Promise<TableByHand>, numRuns: number): void {
  let table: TableByHand;
  beforeAll(async () => {
    table = await open();
  });

  /** The next call of the sequencer, at its time; `undefined` when it has ended. */
  async function step(world: World): Promise<SequenceAnswer> {
    const deps = { ...world.sequenceDeps(), replays: table.replays };
    const answer = await sequence({ replay: REPLAY, generation: 1 }, deps);
    if ('resumeAt' in answer) {
      world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
    }
    return answer;
  }

  async function begun(): Promise<{ world: World; collect: ReturnType<typeof createCollector> }> {
    await table.clear();
    const world = createWorld();
    world.status.set(REPLAY, { state: 'COMPLETED' });
    const collect = createCollector({ ...world.collectDeps(), replays: table.replays });
    for (const second of [40, 0, 20]) await collect(eventAt(second));
    return { world, collect };
  }

  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

  test('given anything in any attribute at any time, then nothing throws, the row says so, nothing is released early, and corrected it ends DONE', async () => {
    const phases = new Set<string | undefined>();
    let named = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ATTRIBUTES),
        fc.constantFrom(...VALUES),
        fc.nat(11),
        async (attribute, value, stepsBefore) => {
          const { world, collect } = await begun();
          for (let n = 0; n < stepsBefore; n++) await step(world);
          const { [attribute]: before, phase } = await table.item();
          if (phase?.S === 'DONE') return;
          phases.add(phase?.S);
          await table.put(attribute, value);
          const releasedBefore = released(world).length;

          for (let n = 0; n < 3; n++) {
            await step(world);
            const item = await table.item();
            const isStanding = isSame(item[attribute], value);
            if (!isStanding || isAllowed(attribute, value) || item.phase?.S === 'DONE') continue;
            const messages = (item.warnings?.L ?? []).map(({ M }) => M?.message?.S ?? '');
            expect(messages.some((message) => message.includes(attribute))).toBe(true);
            named++;
            if (!STOPPING.includes(attribute)) continue;
            expect(item.reason?.S).toContain(attribute);
            expect(released(world)).toHaveLength(releasedBefore);
          }
          world.clock.advance(world.settings.phaseCacheMs);
          await collect(eventAt(0)).catch((error) => expect(error).toMatchObject({ code: 'RowNotReadable' }));

          // What may stand there has been acted upon: to take it away again would be another edit.
          const isMistake = before !== undefined || !isAllowed(attribute, value);
          if (isMistake && isSame((await table.item())[attribute], value)) await table.put(attribute, before);
          let answer = await step(world);
          for (let n = 0; n < 40 && 'resumeAt' in answer; n++) answer = await step(world);
          expect(answer).toMatchObject({ action: 'done', report: { phase: 'DONE', released: 3 } });
          expect(released(world)).toEqual(['e-0', 'e-20', 'e-40']);
          const { warnings, reason } = readItem(REPLAY_ROW, await table.item());
          expect(isAllowed(attribute, value) || warnings === undefined || Array.isArray(warnings)).toBe(true);
          if (attribute !== 'reason') expect(reason).toBeUndefined();
        },
      ),
      { numRuns },
    );
    // What never comes up is not tested.
    expect([...phases].sort()).toEqual(['COLLECTING', 'RELEASING', 'SEALED']);
    expect(named).toBeGreaterThan(numRuns / 2);
  });

  test('given rows that somebody made before their replay, then one update completes them, and their phase counts', async () => {
    await table.clear();
    await table.put('phase', { S: 'CANCELLED' });
    const world = createWorld();
    const collect = createCollector({ ...world.collectDeps(), replays: table.replays });
    expect(await collect(eventAt(0))).toMatchObject({ outcome: 'held' });
    const { phase, generation, buckets, tiebreaker, leaseUntil } = await table.item();
    expect({ phase, generation, buckets, tiebreaker, leaseUntil }).toEqual({
      phase: { S: 'CANCELLED' },
      generation: { N: '1' },
      buckets: { N: '8' },
      tiebreaker: { S: '' },
      leaseUntil: undefined,
    });
    expect(world.starts.running).toEqual([]);
  });
}
