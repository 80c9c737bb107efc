import { join } from 'node:path';
import { LOCAL } from '../../../src/local/resource-names';
import { IN_ORDER, replayClocks } from '../../local/exact-story';
import { ACCESS } from '../support/aws-cli';
import { run } from '../support/command';
import { cleanEnvironment } from '../support/environment';
import { pythonTool } from '../support/python-tools';
import { describeWith } from '../support/tools';

jest.setTimeout(120_000);

interface Read {
  lane: string;
  text: string;
  ts: string;
}

describeWith('python', 'a reader in Python and the wrapper, on the same lane', () => {
  test('get the same text, in which Python reads integers that JavaScript does not hold', async () => {
    const read: Read[] = [];
    const { records } = await replayClocks('speed=max', async (endpoint) => {
      const reader = [join(__dirname, 'reader.py'), endpoint, LOCAL.tables.orderedEvents];
      const { stdout } = await run(pythonTool('python'), reader, { env: cleanEnvironment(ACCESS) });
      read.push(
        ...stdout
          .trimEnd()
          .split('\n')
          .map((line): Read => JSON.parse(line)),
      );
    });
    expect(read.map(({ text }) => text)).toEqual(records.flatMap(({ events }) => events));
    expect(read.map(({ ts }) => ts)).toEqual(IN_ORDER);
  });
});
