import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withFolder } from '../../bench/programs';
import { lambdaUsd, measureRelease, type ReleaseRow, releaseSection } from '../../bench/release';
import { limitProcessor } from '../../bench/release-runs';

jest.setTimeout(60_000);

const scale = { warmUpMs: 100, measuredMs: 3_000, rounds: 1 };
const row: ReleaseRow = {
  memoryMb: 256,
  lanes: 1_000,
  way: 'deployed',
  perSecond: 2_100,
  perAppend: 8,
  unitsPerEvent: 0.4,
  share: 0.14,
  residentBytes: 2e8,
};
const before: ReleaseRow = { ...row, way: 'before', perSecond: 190, unitsPerEvent: 0.8 };

describe('the verdict on a release', () => {
  test.each<[string, Partial<ReleaseRow>, boolean[]]>([
    ['2,100 events a second', {}, [true]],
    ['1,999 events a second', { perSecond: 1_999 }, [false]],
    ['more write units than before', { unitsPerEvent: 0.81 }, [false]],
    ['more memory than by default', { memoryMb: 512 }, []],
  ])('given %s, then the target is met as it should', (_, changes, met) => {
    const { targets } = releaseSection([before, { ...row, ...changes }], scale);
    expect(targets.map((target) => target.met)).toEqual(met);
  });

  test('given 2,000 events a second with 256 MB, then a million cost 125 GB-seconds', () => {
    expect(lambdaUsd({ perSecond: 2_000, memoryMb: 256 })).toBeCloseTo(125 * 0.0000133334, 8);
  });
});

test('with a whole core: the real function releases into many lanes and into one', async () => {
  const { data, targets } = await measureRelease({ ...scale, memoriesMb: [1_769] });
  const [many, one] = data as [ReleaseRow, ReleaseRow];
  expect(many).toMatchObject({ lanes: 1_000, way: 'deployed', memoryMb: 1_769 });
  expect(many.perSecond).toBeGreaterThan(0);
  expect(one).toMatchObject({ lanes: 1, perAppend: expect.closeTo(25, 0) });
  // 25 orders of 1 KB are deflated to some 7 KB.
  expect(one.unitsPerEvent).toBeCloseTo(8 / 25, 1);
  expect(targets).toEqual([]);
});

/** Only Linux says what processor time another process has used. */
const testOnLinux = process.platform === 'linux' ? test : test.skip;

testOnLinux('given a fifth of a core, then a process that is always busy has no more', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'busy.cjs');
    await writeFile(
      file,
      `process.on('message', () => {
         const [startMs, before] = [performance.now(), process.cpuUsage()];
         while (performance.now() - startMs < 1_000);
         const { user, system } = process.cpuUsage(before);
         process.send((user + system) / 1e3 / (performance.now() - startMs), () => process.exit());
       });`,
    );
    const busy = fork(file);
    await limitProcessor(busy, 0.2);
    busy.send('go');
    const [share] = (await once(busy, 'message')) as [number];
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.25);
  });
});
