import { type HostedFunction, invokeFunction } from '../../src/local/function-host';

const hosted = (handler: HostedFunction['handler'], timeoutMs = 1_000): HostedFunction => ({
  name: 'f',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  timeoutMs,
  handler,
});

test('payload and result pass through JSON: the function cannot change what its caller holds', async () => {
  const payload = { at: new Date(0), gone: undefined, list: [1] };
  const result = await invokeFunction(
    hosted((received: { list: number[] }) => {
      received.list.push(2);
      return { received, gone: undefined };
    }),
    payload,
  );
  expect(result).toEqual({ received: { at: '1970-01-01T00:00:00.000Z', list: [1, 2] } });
  expect(payload.list).toEqual([1]);
});

test('a function that returns nothing answers null', async () => {
  expect(
    await invokeFunction(
      hosted(() => undefined),
      {},
    ),
  ).toBeNull();
});

test('an error keeps its name, which state machines match on', async () => {
  const failing = hosted(() => {
    throw Object.assign(new Error('no'), { name: 'InvalidEvent' });
  });
  await expect(invokeFunction(failing, {})).rejects.toMatchObject({ name: 'InvalidEvent', message: 'no' });
});

test('a function that takes too long is timed out, and knew how much time it had', async () => {
  let remainingMs = 0;
  const slow = hosted((_: unknown, context) => {
    remainingMs = context.getRemainingTimeInMillis();
    return new Promise(() => undefined);
  }, 20);
  await expect(invokeFunction(slow, {})).rejects.toMatchObject({
    name: 'Sandbox.Timedout',
    message: 'Function f timed out after 0.02 seconds',
  });
  expect(remainingMs).toBeGreaterThan(0);
  expect(remainingMs).toBeLessThanOrEqual(20);
});
