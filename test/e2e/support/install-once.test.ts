import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnce } from './install-once';

describe('what the suites need is installed', () => {
  let folder: string;
  let tools: string;
  let recipe: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordered-replay-'));
    tools = join(folder, 'tools');
    recipe = join(folder, 'lockfile');
    writeFileSync(recipe, 'version 1');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  let made = 0;
  const make = async (place: string) => writeFileSync(join(place, 'program'), `made ${++made}`);
  const install = (how = make) => installOnce('venv', [recipe], how, tools);
  const program = () => readFileSync(join(tools, 'venv/program'), 'utf8');

  test('once for a recipe', async () => {
    await install();
    const first = program();
    await install();
    expect(program()).toBe(first);
  });

  test('again for another recipe, and nothing is left of the former', async () => {
    await install();
    const first = program();
    writeFileSync(recipe, 'version 2');
    await install();
    expect(program()).not.toBe(first);
    expect(readdirSync(tools)).toHaveLength(2);
  });

  test('in the place of a folder that is no link', async () => {
    mkdirSync(join(tools, 'venv'), { recursive: true });
    writeFileSync(join(tools, 'venv/program'), 'old');
    await install();
    expect(program()).toMatch(/^made/);
  });

  test('again after a failure, of which nothing is left, and which spares what was there', async () => {
    await install();
    const first = program();
    const before = readdirSync(tools);
    writeFileSync(recipe, 'version 2');
    const failing = async (place: string) => {
      await make(place);
      throw new Error('no network');
    };
    await expect(install(failing)).rejects.toThrow('no network');
    expect(readdirSync(tools)).toEqual(before);
    expect(program()).toBe(first);
    await install();
    expect(program()).not.toBe(first);
  });

  test('by the faster of two runs, and the slower one leaves it alone', async () => {
    let faster = '';
    await install(async (place) => {
      await install();
      faster = program();
      await make(place);
    });
    expect(program()).toBe(faster);
    expect(readdirSync(tools)).toHaveLength(2);
  });
});
