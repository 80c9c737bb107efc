import { SingleBar } from 'cli-progress';

/** Shows how far a run has come. */
export interface Progress {
  /** A new step; `total` is known or 0. */
  step(title: string, total: number): void;
  update(value: number): void;
  end(): void;
}

export const silentProgress: Progress = {
  step: () => undefined,
  update: () => undefined,
  end: () => undefined,
};

/** A bar on a terminal; a line for each step elsewhere. On stderr: stdout is for results. */
export function terminalProgress(output: NodeJS.WriteStream): Progress {
  return output.isTTY ? barProgress(output) : lineProgress(output);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  const format = '{title} [{bar}] {value}/{total}';
  let bar: SingleBar | undefined;
  return {
    step(title, total) {
      bar?.stop();
      bar = new SingleBar({ format, stream, barsize: 30, hideCursor: true });
      bar.start(total, 0, { title: title.padEnd(22) });
    },
    update: (value) => bar?.update(value),
    end: () => bar?.stop(),
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  return {
    step: (title, total) => stream.write(`${title}${total > 0 ? ` (${total} events)` : ''}\n`),
    update: () => undefined,
    end: () => undefined,
  };
}
