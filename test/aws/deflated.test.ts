import { deflateSync } from 'node:zlib';
import recordedWebhooks from '@octokit/webhooks-examples';
import fc from 'fast-check';
import { deflatedText, deflatedTexts, heldText } from '../../src/aws/deflated';
import { MAX_EVENT_BYTES } from '../../src/core/limits';
import { noise } from './noise';

const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);

describe('deflated texts', () => {
  test('a short one stays readable', () => {
    expect(deflatedText.encode('{"n":1}')).toEqual({ S: '{"n":1}' });
    expect(deflatedTexts.encode(['{"n":1}', '{"n":2}'])).toEqual({ L: [{ S: '{"n":1}' }, { S: '{"n":2}' }] });
  });

  test('one that would not cost a write unit less stays readable', () => {
    const text = noise(1_200);
    expect(deflatedText.encode(text)).toEqual({ S: text });
  });

  test('one that costs a write unit less is deflated', () => {
    expect(deflatedText.encode('x'.repeat(1_000)).B?.length).toBeLessThan(100);
  });

  test('events of one kind share what they have in common', () => {
    const events = Array.from({ length: 25 }, (_, n) => JSON.stringify({ n, address: noise(600) }));
    expect(deflatedTexts.encode(events).B?.length).toBeLessThan(2_048);
  });

  test('recorded webhooks, up to 60 KB in a list, take no more write units than by what zlib does by default', () => {
    const webhooks = recordedWebhooks.flatMap(({ examples }) => examples.map((each) => JSON.stringify(each)));
    const lists = [1, 2, 5].flatMap((length) => webhooks.map((_, n) => webhooks.slice(n, n + length)));
    const texts = lists.map((list) => JSON.stringify(list)).filter(({ length }) => length < 60_000);
    expect(texts.length).toBeGreaterThan(webhooks.length);
    const units = (bytes: number) => Math.ceil((bytes + 256) / 1_024);
    const ours = texts.map((text) => units(deflatedText.encode(text).B?.length ?? text.length));
    const theirs = texts.map((text) => units(deflateSync(text).length));
    expect(sum(ours)).toBeLessThanOrEqual(sum(theirs));
  });

  test('the largest event, and a list of it, are inflated', () => {
    const json = JSON.stringify({ text: '"'.repeat((MAX_EVENT_BYTES - 11) / 2) });
    expect(json.length).toBeGreaterThan(MAX_EVENT_BYTES - 2);
    expect(deflatedText.decode(deflatedText.encode(json))).toBe(json);
    expect(deflatedTexts.decode(deflatedTexts.encode([json]))).toEqual([json]);
  });

  test('what inflates to more than anything of ours is refused before it is inflated', () => {
    const bomb = { B: deflateSync('x'.repeat(100_000_000)) };
    const before = process.memoryUsage().arrayBuffers;
    expect(() => deflatedText.decode(bomb)).toThrow(`a text of at most ${MAX_EVENT_BYTES} bytes`);
    expect(() => deflatedTexts.decode(bomb)).toThrow(TypeError);
    expect(() => heldText.decode(bomb).text()).toThrow(TypeError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  test('what is no deflated text is refused', () => {
    expect(() => deflatedText.decode({ B: Buffer.from('nothing of the kind') })).toThrow(TypeError);
  });

  test('a held text takes what is stored until it is asked for', () => {
    const json = JSON.stringify({ text: 'x'.repeat(100_000) });
    const held = heldText.decode(deflatedText.encode(json));
    expect(held.heldBytes).toBeLessThan(1_000);
    expect(held.text()).toBe(json);
    expect(heldText.decode({ S: '{"text":"ü"}' }).heldBytes).toBe(13);
  });

  test('whatever is encoded is decoded as it was', () => {
    const part = fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }));
    const text = part.map(([unit, times]) => `${unit.repeat(times)}\ud800"\\`);
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(deflatedTexts.decode(deflatedTexts.encode(texts))).toEqual(texts);
        const whole = texts.join('').toWellFormed();
        expect(deflatedText.decode(deflatedText.encode(whole))).toBe(whole);
      }),
    );
  });
});
