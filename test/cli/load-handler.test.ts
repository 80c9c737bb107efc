import { loadHandler } from '../../src/cli/load-handler';
import { UsageError } from '../../src/cli/usage-error';
import { temporaryFolder } from './files';

const folder = temporaryFolder();
afterAll(() => folder.remove());

async function refusalOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

describe('a handler', () => {
  const file = folder.write(
    'handlers.js',
    'exports.one = () => 1; exports.two = () => 2; exports.text = "no";',
  );
  const both = folder.write('both.js', 'exports.handler = () => "handler"; exports.other = () => 0;');

  test('is found by its name, or as handler', async () => {
    const one = await loadHandler(`${file}#one`);
    expect(one({} as never, {} as never)).toBe(1);
    const unnamed = await loadHandler(both);
    expect(unnamed({} as never, {} as never)).toBe('handler');
  });

  test('that is not there is refused, with those that are', async () => {
    expect(await refusalOf(loadHandler(`${file}#three`))).toBe(
      `Option --handler is "${file}#three", but ${file} exports no function three; it exports one, two.`,
    );
    expect(await refusalOf(loadHandler(`${file}#text`))).toContain('exports no function text');
    expect(await refusalOf(loadHandler(file))).toContain('exports no function handler');
  });

  test('in a file that cannot be loaded is refused, with the reason', async () => {
    expect(await refusalOf(loadHandler('/nowhere.js#f'))).toMatch(
      /^Option --handler is "\/nowhere.js#f", but \/nowhere.js cannot be loaded: .+/,
    );
    const broken = folder.write('broken.js', 'throw new Error("first line\\nsecond line");');
    expect(await refusalOf(loadHandler(broken))).toMatch(/cannot be loaded: first line$/);
  });
});
