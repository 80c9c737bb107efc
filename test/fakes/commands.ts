import { END_PHASES } from '../../src/core/replay/row';
import type { Commands } from '../../src/operator/ports';
import { type FakeOptions, fake } from './fake';
import type { MemoryReplays } from './replays';

/** `Commands` on rows in memory. */
export function memoryCommands(replays: MemoryReplays, options: FakeOptions = {}) {
  const port: Commands = {
    async write(run, changes, asSeen) {
      const row = replays.row(run);
      if (!row) return 'noRow';
      if ((END_PHASES as readonly string[]).includes(row.phase)) return 'ended';
      const isMap = typeof row.command === 'object' && row.command !== null && !Array.isArray(row.command);
      const command: Record<string, unknown> = isMap ? { ...row.command } : {};
      if (asSeen) {
        const is = [row.checkpoint?.position, row.plan?.n, command.stepTo];
        const was = [asSeen.checkpointPosition, asSeen.planN, asSeen.stepTo];
        if (JSON.stringify(is) !== JSON.stringify(was)) return 'moved';
      }
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) delete command[name];
        else command[name] = value;
      }
      row.command = command;
      return 'written';
    },
  };
  return fake('commands', port, {}, options);
}
