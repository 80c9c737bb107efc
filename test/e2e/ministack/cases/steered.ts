import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { steerDocument } from '../../../steer/document';
import { eachOnce } from '../../../steer/record';
import {
  RUN,
  runAgainAndCompare,
  type Scene,
  SECONDS,
  steerToItsEnd,
  WINDOW_FROM_MS,
} from '../../../steer/story';
import { ACCESS } from '../../support/aws-cli';
import { openShell } from '../../support/shell';
import { happen, hourOf, publish } from '../world/events';
import { expectAllInOrder } from '../world/figures';
import { PATIENCE_MS, replayNamed } from '../world/replay';
import type { Case } from './case';

export const steered: Case = {
  title:
    'by the AWS CLI alone, as docs/steer.md says, a replay is paused, stepped, resumed and run again from a place',
  async run({ emulator, stacks: { main } }) {
    const events = happen(SECONDS.length, (n) => ({ second: SECONDS[n] as number }));
    await publish(emulator, 'main', { hour: hourOf(WINDOW_FROM_MS), by: 'cli' }, events);
    const folder = await mkdtemp(join(emulator.folder, 'steer-'));
    const shell = await openShell(folder, emulator.endpoint);
    const document = steerDocument();
    const named = (run: string) => replayNamed(emulator, main, run);
    const scene: Scene = {
      document,
      run: shell.run,
      row: (run) => named(run).row(),
      delivered: async (run) =>
        eachOnce((await named(run).delivered()).map(({ n, id, offset }) => ({ n, offset, event: id }))),
      patienceMs: PATIENCE_MS,
    };
    try {
      await shell.run(`export AWS_DEFAULT_REGION=${ACCESS.AWS_REGION}`);
      await shell.run(document.block('By the AWS CLI').replace('-prod', `-${main.stage}`));
      await shell.run(document.block('By the AWS CLI', 2));
      await shell.run(document.block('By the AWS CLI', 4));
      await steerToItsEnd(scene);
      await runAgainAndCompare(scene);
    } finally {
      await shell.close();
    }
    await expectAllInOrder(named(RUN), events);
    expect((await named(RUN).row())?.warnings).toBeUndefined();
  },
};
