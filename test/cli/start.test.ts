import { start } from './run-start';
import { stalled } from './stalled';

/** Whole runs on the real clock; a busy machine makes them slow, never wrong. */
jest.setTimeout(120_000);

/** The settings that it has: slow enough for all the webhooks on a machine that is busy with other tests. */
const AS_IT_IS = {};

describe('npm start', () => {
  test('puts the scrambled webhooks in order: nothing lost, nothing twice, one JSON object on stdout', async () => {
    const { code, stdout } = await start(['--json', '--seed', '7'], AS_IT_IS);
    const summary = JSON.parse(stdout) as Record<string, number>;
    expect(summary).toMatchObject({
      events: 329,
      delivered: 329,
      deliveredOutOfOrder: 0,
      lost: 0,
      duplicated: 0,
      lanes: 1,
      seed: 7,
    });
    expect(summary.arrivedOutOfOrder).toBeGreaterThan(100);
    expect(code).toBe(0);
  });

  test('R1: on a machine that is busy with other work it is slower, and as right', async () => {
    const { code, stdout } = await stalled(() => start(['--json', '--seed', '8'], AS_IT_IS));
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 329,
      deliveredOutOfOrder: 0,
      lost: 0,
      duplicated: 0,
    });
    expect(code).toBe(0);
  });
});
