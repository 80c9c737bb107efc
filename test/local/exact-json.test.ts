import { readExactJson, writeExactJson } from '../../src/local/exact-json';

test.each([
  '12345678901234567890',
  '{"a":[1.10,-0,1e400,1763942400000000101,7,0.5],"b":"1.10"}',
  '{"text":"a \\"number\\" 1.10, and \\\\\\"1.10\\\\\\""}',
  'null',
])('given %s, when it is read and written, then it is the same', (text) => {
  expect(writeExactJson(readExactJson(text))).toBe(text);
});

test('given numbers that JavaScript writes as they are, then they are numbers', () => {
  expect(readExactJson('{"generation":12,"share":0.5,"long":1.10}')).toMatchObject({
    generation: 12,
    share: 0.5,
  });
});

test('given white space, then it is gone', () => {
  expect(writeExactJson(readExactJson(' { "a" : 1.10 }\n'))).toBe('{"a":1.10}');
});

test('given no JSON, then it is refused', () => {
  expect(() => readExactJson('{"a":1.}')).toThrow(SyntaxError);
});
