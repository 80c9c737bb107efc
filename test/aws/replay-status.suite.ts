import type { ReplayDescription, ReplayStatus } from '../../src/core/ports';
import { freshName } from './fresh-name';

export interface OpenStatus {
  status: ReplayStatus;
  set(replay: string, description: ReplayDescription): void;
  close(): Promise<void>;
}

/** What every `ReplayStatus` does. */
export function replayStatusSuite(open: () => Promise<OpenStatus>): void {
  let opened: OpenStatus;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const description: ReplayDescription = {
    state: 'RUNNING',
    description: 'speed=10 after the outage',
    window: { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-02T12:30:45Z') },
    startedAtMs: Date.parse('2026-11-20T12:00:00.250Z'),
  };

  test('a replay that nobody knows is not described', async () => {
    expect(await opened.status.describe(freshName())).toBeUndefined();
  });

  test.each(['STARTING', 'RUNNING', 'CANCELLING', 'COMPLETED', 'CANCELLED', 'FAILED'] as const)(
    'a replay is described as %s, with its description and window',
    async (state) => {
      const replay = freshName();
      opened.set(replay, { ...description, state });
      expect(await opened.status.describe(replay)).toEqual({ ...description, state });
    },
  );

  test('a replay that failed tells why', async () => {
    const replay = freshName();
    const failed: ReplayDescription = { ...description, state: 'FAILED', stateReason: 'Internal error.' };
    opened.set(replay, failed);
    expect(await opened.status.describe(replay)).toEqual(failed);
  });

  test('a replay without a description has an empty one', async () => {
    const replay = freshName();
    opened.set(replay, { ...description, description: '' });
    expect(await opened.status.describe(replay)).toEqual({ ...description, description: '' });
  });
}
