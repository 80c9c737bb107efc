import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../local/until';
import { openShell, type Shell } from './shell';

describe('the shell that runs the commands of a document', () => {
  let folder: string;
  let shell: Shell;
  beforeEach(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ordered-replay-')));
    shell = await openShell(folder, 'http://127.0.0.1:9');
  });
  afterEach(async () => {
    await shell.close();
    rmSync(folder, { recursive: true });
  });

  test('keeps what a block sets, exports and defines, and where it went', async () => {
    await shell.run('mkdir inner\ncd inner\nbus=orders; export TOPIC=alarms\nsay() { echo "said $1"; }');
    expect(await shell.run('pwd; say "$bus $TOPIC"')).toBe(`${folder}/inner\nsaid orders alarms\n`);
    expect(await shell.valueOf('TOPIC')).toBe('alarms');
    expect(await shell.valueOf('bus')).toBe('');
  });

  test.each(['false\necho on', 'false | cat\necho on', 'echo "$never_set"\necho on'])(
    'fails with a block of which a command fails: %j',
    async (commands) => {
      await expect(shell.run(commands)).rejects.toThrow(/bash ended with 1:/);
      await expect(shell.run('echo on')).rejects.toThrow('bash had ended before:\necho on');
    },
  );

  test('has commands that read find nothing there, not the commands after them', async () => {
    expect(await shell.run('cat\necho after')).toBe('after\n');
  });

  test('ends with the command that runs in it when it is closed', async () => {
    const [pid] = (await shell.run('sleep 600 & echo $!')).split('\n');
    void shell.run('wait').catch(() => {});
    await shell.close();
    await until('the command is gone', () => !runs(Number(pid)), 5_000);
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
