import { asyncInvocations } from '../../src/local/async-invocation';

const EVENT = { id: 'e-1' };

function invocations(handler: (event: { id: string }) => unknown, timeoutMs = 5_000) {
  const dropped: [unknown, unknown][] = [];
  const stopping = new AbortController();
  const hosted = { name: 'on-order', arn: 'arn', timeoutMs, handler: handler as never };
  const live = asyncInvocations(hosted, {
    dropped: (event, error) => dropped.push([event, (error as Error).message]),
    signal: stopping.signal,
  });
  return { live, dropped, stop: () => stopping.abort() };
}

test('given a function that succeeds, then it is called once, with a copy of the event', async () => {
  const calls: unknown[] = [];
  const { live, dropped } = invocations((event) => {
    calls.push({ ...event });
    event.id = 'changed';
  });
  live.accept(EVENT);
  await live.ended();
  expect(calls).toEqual([{ id: 'e-1' }]);
  expect(EVENT.id).toBe('e-1');
  expect(dropped).toEqual([]);
});

test('given a function that fails twice, then the third call handles the event', async () => {
  let calls = 0;
  const { live, dropped } = invocations(() => {
    calls++;
    if (calls < 3) throw new Error(`failure ${calls}`);
  });
  live.accept(EVENT);
  await live.ended();
  expect(calls).toBe(3);
  expect(dropped).toEqual([]);
});

test('given a function that fails three times, then the event is dropped, and its last error told', async () => {
  let calls = 0;
  const { live, dropped } = invocations(() => {
    calls++;
    throw new Error(`failure ${calls}`);
  });
  live.accept(EVENT);
  await live.ended();
  expect(calls).toBe(3);
  expect(dropped).toEqual([[EVENT, 'failure 3']]);
});

test('given a stop between two calls, then there is no further one', async () => {
  let calls = 0;
  const { live, dropped, stop } = invocations(() => {
    calls++;
    stop();
    throw new Error('failure');
  });
  live.accept(EVENT);
  await live.ended();
  expect(calls).toBe(1);
  expect(dropped).toEqual([]);
});
