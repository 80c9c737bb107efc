import { detailOf, IN_ORDER, replayClocks } from './exact-story';

jest.setTimeout(60_000);

test('R2: given clocks of nanoseconds that are one double, then they come in their order, and each text as it was put', async () => {
  const { row, records, events } = await replayClocks('speed=max');
  const texts = records.flatMap((record) => record.events);
  expect(texts.map((text) => text.slice(text.indexOf('"detail":')))).toEqual(
    IN_ORDER.map((clock) => `"detail":${detailOf(clock)},"replay-name":"exact"}`),
  );
  expect(row).toMatchObject({ collected: 4, tiebreakerType: 'auto', checkpoint: { tally: { ties: 0 } } });
  // What the handler gets is what Node.js makes of it, as it does of a live event.
  expect(events.map(({ detail }) => detail)).toEqual(IN_ORDER.map((clock) => JSON.parse(detailOf(clock))));
});

test('R5: given a composite ordering key with such a clock in it, then each has a lane of its own', async () => {
  const { records } = await replayClocks('speed=max orderingKey=[detail.ts,detail.price]');
  const keys = records.map(({ orderingKey }) => orderingKey);
  expect(keys.sort()).toEqual(IN_ORDER.map((clock) => `[${clock},1.1]`));
});
