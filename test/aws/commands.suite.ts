import type { Replays } from '../../src/core/ports';
import type { ReplayRow } from '../../src/core/replay/row';
import type { Commands } from '../../src/operator/ports';
import { freshName } from './fresh-name';
import { fullRow, newRow } from './replay-rows';

/** The contract of `Commands`. @param type Puts whatever a person typed in the place of a row's command. */
export function commandsSuite(
  start: () => Promise<{
    commands: Commands;
    replays: Replays;
    type(run: string, command: 'a text' | undefined): Promise<void>;
    close(): Promise<void>;
  }>,
): void {
  let given: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    given = await start();
  });
  afterAll(() => given.close());

  async function created(row: ReplayRow): Promise<string> {
    await given.replays.create(row);
    return row.replay;
  }

  const commandOf = async (run: string) => (await given.replays.get(run))?.command;

  test('fields are set and removed, and nothing else of the row changes', async () => {
    const run = await created({ ...newRow(freshName()), command: { paused: true, stepTo: 'x', mine: 1 } });
    const changes = { stepTo: undefined, speed: '10', until: 'y', idle: undefined };
    expect(await given.commands.write(run, changes)).toBe('written');
    const { command, problems: _, ...rest } = (await given.replays.get(run)) as ReplayRow;
    expect(command).toEqual({ paused: true, mine: 1, speed: '10', until: 'y' });
    expect(rest).toEqual(newRow(run));
  });

  test('given no row, then none is made', async () => {
    const run = freshName();
    expect(await given.commands.write(run, { paused: true })).toBe('noRow');
    expect(await given.replays.get(run)).toBeUndefined();
  });

  test.each(['DONE', 'CANCELLED', 'FAILED'] as const)(
    'given a run that is %s, then it stays as it is',
    async (phase) => {
      const run = await created({ ...fullRow(freshName()), phase });
      expect(await given.commands.write(run, { paused: true })).toBe('ended');
      expect(await commandOf(run)).toEqual(fullRow(run).command);
    },
  );

  test.each([undefined, 'a text'] as const)(
    'given %j where the command should be, then the row has it afterwards all the same',
    async (typed) => {
      const run = await created(newRow(freshName()));
      await given.type(run, typed);
      expect(await given.commands.write(run, { cancelled: true, stepTo: undefined })).toBe('written');
      expect(await commandOf(run)).toEqual({ cancelled: true });
    },
  );

  const seen = (row: ReplayRow) => ({
    checkpointPosition: row.checkpoint?.position,
    planN: row.plan?.n,
    stepTo: row.command?.stepTo,
  });

  test.each([
    ['a row with all of them', () => ({ ...fullRow(freshName()), command: { stepTo: 'here' } })],
    ['a row with none of them', () => ({ ...newRow(freshName()), command: {} })],
  ])('given what was seen in %s, then the write demands that it still stands there', async (_, make) => {
    const row = make();
    const run = await created(row);
    for (const moved of [{ checkpointPosition: 'elsewhere' }, { planN: 8 }, { stepTo: 'there' }]) {
      const outcome = await given.commands.write(run, { speed: '2' }, { ...seen(row), ...moved });
      expect([moved, outcome]).toEqual([moved, 'moved']);
    }
    expect(await commandOf(run)).toEqual(row.command);
    expect(await given.commands.write(run, { speed: '2' }, seen(row))).toBe('written');
  });

  test('given several people who saw the same, then one write takes effect', async () => {
    const row = { ...fullRow(freshName()), command: {} };
    const run = await created(row);
    const writes = ['a', 'b', 'c'].map((stepTo) => given.commands.write(run, { stepTo }, seen(row)));
    expect((await Promise.all(writes)).sort()).toEqual(['moved', 'moved', 'written']);
  });
}
