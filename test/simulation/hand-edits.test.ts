import { longerRetention, nonsense, refusedOnly, rowBefore, typedWalk } from './kinds';
import { playKind } from './play';

jest.setTimeout(240_000);

test('given a person who types nonsense into any attribute at any time and corrects it, then the row says so, and the replay ends as ever', async () => {
  const attributes = new Set<string>();
  await playKind(nonsense, 120, ({ phase }, { typing }) => {
    attributes.add(typing?.attribute ?? '');
    expect(phase).toBe('DONE');
  });
  expect(attributes.size).toBeGreaterThan(20);
});

test('given a person who types nonsense while a call walks, then the walk stops within two minutes, and goes on when it is corrected', async () => {
  await playKind(typedWalk, 20, ({ phase, row }, { typing }) => {
    expect(phase).toBe('DONE');
    const { releaseStartedAtMs = 0, doneAtMs = 0 } = row ?? {};
    expect(doneAtMs - releaseStartedAtMs).toBeGreaterThan(typing?.forMs as number);
  });
});

test('given a row that somebody made before its replay, then it is completed, and a phase that ends the replay counts', async () => {
  await playKind(rowBefore, 40, ({ phase, released, generation }, { rowBefore: made }) => {
    expect(phase).toBe(made?.phase === 'CANCELLED' ? 'CANCELLED' : 'DONE');
    expect(generation).toBe(1);
    if (phase === 'CANCELLED') expect(released).toBe(0);
  });
});

test('given a retention that is raised while a replay waits, then it never ends as if its events were there still', async () => {
  const endings = new Set<string | undefined>();
  await playKind(longerRetention, 16, ({ phase, row }) => endings.add(row?.errorCode ?? phase));
  expect([...endings].sort()).toEqual(['DONE', 'PlaybackOutlivesRetention']);
});

test('given events of which none can be collected, then there is a row that says INCOMPLETE, until they are mended', async () => {
  await playKind(refusedOnly, 30, ({ phase, phases }) => {
    expect(phases[0]).toBe('INCOMPLETE');
    expect(phase).toBe('DONE');
  });
});
