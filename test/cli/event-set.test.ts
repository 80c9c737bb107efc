import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEventsFile } from '../../src/cli/event-set';
import { readGitHubEvents } from '../../src/cli/github-events';

const EVENT = { source: 'shop', 'detail-type': 'Paid', time: '2026-01-01T00:00:00Z', detail: { n: 1 } };

describe('a file of events', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'events-'));
    file = path.join(folder, 'events.jsonl');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (...lines: unknown[]) => {
    writeFileSync(
      file,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    return readEventsFile(file);
  };

  test('is read in order of time; lines of one time stay as they are', async () => {
    const at = (time: string, n: number) => ({ ...EVENT, time, detail: { n } });
    const { entries } = await read(
      at('2026-01-02T00:00:00Z', 1),
      '',
      at('2026-01-01T00:00:00Z', 2),
      at('2026-01-02T00:00:00Z', 3),
    );
    expect(entries.map(({ Detail }) => JSON.parse(Detail as string).n)).toEqual([2, 1, 3]);
  });

  test.each([
    ['{', 'line 2: not JSON: it ends too soon.'],
    ['{"source":"secret", x}', 'line 2: not JSON at character 21 of 22.'],
    ['[]', 'line 2: an array; an EventBridge event (a JSON object) is needed.'],
    [{ ...EVENT, source: 7 }, 'line 2: "source" is a number; a non-empty string is needed.'],
    [{ ...EVENT, 'detail-type': undefined }, 'line 2: "detail-type" is missing'],
    [{ ...EVENT, detail: 'x' }, 'line 2: "detail" is a string; an object is needed.'],
    [
      { ...EVENT, time: 'noon' },
      'line 2: "time" is a text of 4 characters; an ISO 8601 timestamp is needed.',
    ],
  ])('with the second line %p is refused by that line', async (line, message) => {
    await expect(read(EVENT, line)).rejects.toThrow(`${file} ${message}`);
  });

  test('with large numbers keeps them as they are written', async () => {
    const line = JSON.stringify(EVENT).replace(
      '{"n":1}',
      '{ "n": 1763942400000000101, "x": [1.10, -0, 1e400] }',
    );
    expect((await read(line)).entries[0]?.Detail).toBe('{"n":1763942400000000101,"x":[1.10,-0,1e400]}');
  });

  test('is refused without a word of what is in it', async () => {
    const event = { ...EVENT, source: 'm4rk3r', 'detail-type': 'm4rk3r', detail: { n: 'm4rk3r' } };
    const text = JSON.stringify(event);
    const broken = [...text].map((_, at) => text.slice(0, at)).filter((line) => line !== '');
    const odd = ['m4rk3r', '"m4rk3r"', '["m4rk3r"]', `${text} m4rk3r`, `m4rk3r ${text}`];
    const fields = Object.keys(event).map((field) =>
      JSON.stringify({ ...event, time: 'm4rk3r', [field]: ['m4rk3r'] }),
    );
    for (const line of [...broken, ...odd, ...fields]) {
      const refusal = await read(EVENT, line).catch((error: Error) => error);
      expect(refusal).toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(`${file} line 2`),
      });
      expect(`${(refusal as Error).stack}`).not.toContain('m4rk3r');
    }
  });

  test('that is empty or missing is refused by its name', async () => {
    await expect(read('')).rejects.toThrow(`${file} has no events.`);
    await expect(readEventsFile('nowhere.jsonl')).rejects.toThrow('nowhere.jsonl cannot be read (ENOENT)');
  });
});

test('the GitHub webhooks are 329 events in order of time, numbered within', async () => {
  const { entries, tiebreaker } = await readGitHubEvents();
  expect(entries).toHaveLength(329);
  expect(tiebreaker).toBe('detail.sequence');
  const times = entries.map(({ Time }) => Time.getTime());
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(entries.map(({ Detail }) => JSON.parse(Detail as string).sequence)).toEqual([...entries.keys()]);
});
