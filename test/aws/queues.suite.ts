import type { Queues } from '../../src/core/ports';

export interface OpenQueues {
  queues: Queues;
  set(queue: 'overflow' | 'deadLetters', depth: number): void;
  close(): Promise<void>;
}

/** What every `Queues` does. */
export function queuesSuite(open: () => Promise<OpenQueues>): void {
  let opened: OpenQueues;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test('each queue has its own depth', async () => {
    const { queues, set } = opened;
    expect([await queues.depth('overflow'), await queues.depth('deadLetters')]).toEqual([0, 0]);
    set('overflow', 120_003);
    set('deadLetters', 1);
    expect([await queues.depth('overflow'), await queues.depth('deadLetters')]).toEqual([120_003, 1]);
    set('overflow', 0);
    expect([await queues.depth('overflow'), await queues.depth('deadLetters')]).toEqual([0, 1]);
  });
}
