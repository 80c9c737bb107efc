import fc from 'fast-check';
import { isObject, type JsonObject } from '../../src/core/json';
import { compilePattern } from '../../src/pattern/event-pattern';

const live = { source: 'shop', detail: { order: 1 } };
const replayed = { ...live, 'replay-name': 'x-again' };

describe('a pattern on the replay name', () => {
  test.each([
    { pattern: [{ exists: true }], matchesLive: false, matchesReplayed: true },
    { pattern: [{ exists: false }], matchesLive: true, matchesReplayed: false },
    { pattern: ['x-again'], matchesLive: false, matchesReplayed: true },
    { pattern: ['x'], matchesLive: false, matchesReplayed: false },
    { pattern: [{ prefix: 'x' }], matchesLive: false, matchesReplayed: true },
    { pattern: [{ prefix: 'y' }], matchesLive: false, matchesReplayed: false },
  ])('matches live events or replayed ones: %j', ({ pattern, matchesLive, matchesReplayed }) => {
    const matches = compilePattern({ 'replay-name': pattern });
    expect(matches(live)).toBe(matchesLive);
    expect(matches(replayed)).toBe(matchesReplayed);
  });
});

describe('the form of a pattern', () => {
  test('it is the same pattern as an object and as JSON text', () => {
    const pattern = { source: ['shop'], detail: { order: [{ numeric: ['<', 5] }] } };
    expect(compilePattern(pattern)(live)).toBe(true);
    expect(compilePattern(JSON.stringify(pattern))(live)).toBe(true);
  });

  test('changing the object afterwards does not change the compiled pattern', () => {
    const excluded = ['shop'];
    const pattern = { source: [{ 'anything-but': excluded }] };
    const matches = compilePattern(pattern);
    excluded[0] = 'other';
    pattern.source.length = 0;
    expect(matches(live)).toBe(false);
  });

  test('names joined by dots and nested names are one path, in the pattern and in the event', () => {
    const nested = { detail: { state: { status: 'running' } } };
    const dotted = { detail: { 'state.status': 'running' } };
    for (const pattern of [
      { detail: { state: { status: ['running'] } } },
      { detail: { 'state.status': ['running'] } },
    ]) {
      expect(compilePattern(pattern)(nested)).toBe(true);
      expect(compilePattern(pattern)(dotted)).toBe(true);
    }
    expect(compilePattern({ 'state.status': { status: ['running'] } })(nested.detail)).toBe(false);
  });

  test('names of members that every object inherits are ordinary names', () => {
    const pattern = '{"constructor": ["x"], "__proto__": {"toString": ["y"]}}';
    expect(compilePattern(pattern)({})).toBe(false);
    expect(compilePattern(pattern)(JSON.parse('{"constructor": "x", "__proto__": {"toString": "y"}}'))).toBe(
      true,
    );
  });
});

describe('arrays in an event', () => {
  const people = {
    employees: [
      { firstName: 'Anna', lastName: 'Smith' },
      { firstName: 'Peter', lastName: 'Jones' },
    ],
  };

  test('an array matches if any of its values does', () => {
    const matches = compilePattern({ resources: ['arn:a', 'arn:b'] });
    expect(matches({ resources: ['arn:x', 'arn:b'] })).toBe(true);
    expect(matches({ resources: ['arn:x'] })).toBe(false);
    expect(matches({ resources: [] })).toBe(false);
    expect(matches({ resources: [['arn:b']] })).toBe(true);
  });

  test('anything-but matches an array that has any other value', () => {
    const matches = compilePattern({ states: [{ 'anything-but': 'stopped' }] });
    expect(matches({ states: ['stopped', 'running'] })).toBe(true);
    expect(matches({ states: ['stopped'] })).toBe(false);
  });

  test('fields of the objects in an array must match in the same object', () => {
    const named = (firstName: string, lastName: string) =>
      compilePattern({ employees: { firstName: [firstName], lastName: [lastName] } });
    expect(named('Peter', 'Jones')(people)).toBe(true);
    expect(named('Anna', 'Jones')(people)).toBe(false);
  });

  test('fields of different arrays are independent', () => {
    const matches = compilePattern({ a: { x: [1] }, b: { x: [2] } });
    expect(matches({ a: [{ x: 1 }, { x: 0 }], b: [{ x: 0 }, { x: 2 }] })).toBe(true);
    const shared = [{ x: 1 }, { x: 2 }];
    expect(matches({ a: shared, b: shared })).toBe(true);
  });

  test('the rule holds at every depth of nested arrays', () => {
    const matches = compilePattern({ orders: { id: [1], lines: { item: ['pen'], count: [2] } } });
    const pens = (id: number, count: number) => ({
      id,
      lines: [
        { item: 'ink', count: 2 },
        { item: 'pen', count },
      ],
    });
    expect(matches({ orders: [pens(0, 1), pens(1, 2)] })).toBe(true);
    expect(matches({ orders: [pens(0, 2), pens(1, 1)] })).toBe(false);
    expect(matches({ orders: [[pens(0, 1)], [pens(1, 2)]] })).toBe(true);
    expect(matches({ orders: [[pens(1, 1)], [pens(0, 2)]] })).toBe(false);
  });

  test('plain values beside objects tie no field to an element', () => {
    const matches = compilePattern({ a: { x: [1] }, 'a.tags': ['t'] });
    expect(matches({ a: [{ x: 1, tags: ['s', 't'] }, { x: 2 }] })).toBe(true);
    expect(matches({ a: [{ x: 1 }, { x: 2, tags: ['t'] }] })).toBe(false);
  });

  test('exists false looks only at the element that the paths before it have settled on', () => {
    const matches = compilePattern({ a: { x: [1], y: [{ exists: false }] } });
    expect(matches({ a: [{ x: 1 }, { x: 2, y: 2 }] })).toBe(true);
    expect(matches({ a: [{ x: 1, y: 1 }, { x: 2 }] })).toBe(false);
  });

  test('exists false looks at all elements where no path comes before it', () => {
    const matches = compilePattern({ a: { b: [{ exists: false }], x: [1] } });
    expect(matches({ a: [{ x: 1 }, { x: 2 }] })).toBe(true);
    expect(matches({ a: [{ x: 1 }, { x: 2, b: 2 }] })).toBe(false);
  });

  test('many values and elements that match do not multiply the work', () => {
    const names = Array.from({ length: 30 }, (_, i) => `f${i}`);
    const times30 = (value: unknown) => Array.from({ length: 30 }, () => value);
    const pattern = Object.fromEntries([
      ...names.map((name) => [name, { a: ['x'], b: ['y'] }]),
      ['g', ['y']],
    ]);
    const event = Object.fromEntries([
      ...names.map((name) => [name, times30({ a: times30('x'), b: times30('y') })]),
      ['g', 'x'],
    ]);
    expect(compilePattern(pattern)(event)).toBe(false);
    expect(compilePattern(pattern)({ ...event, g: 'y' })).toBe(true);
  });
});

describe('$or', () => {
  test('of the fields in it one has to match, besides all the fields beside it', () => {
    const matches = compilePattern({
      source: ['aws.cloudwatch'],
      $or: [{ metricName: ['CPUUtilization', 'ReadLatency'] }, { namespace: ['AWS/EC2', 'AWS/ES'] }],
    });
    expect(matches({ source: 'aws.cloudwatch', metricName: 'ReadLatency' })).toBe(true);
    expect(matches({ source: 'aws.cloudwatch', namespace: 'AWS/ES' })).toBe(true);
    expect(matches({ source: 'aws.cloudwatch', namespace: 'AWS/S3' })).toBe(false);
    expect(matches({ source: 'aws.ec2', namespace: 'AWS/ES' })).toBe(false);
  });

  test('it works below the top of a pattern', () => {
    const matches = compilePattern({
      detail: {
        $or: [
          { 'c-count': [{ numeric: ['>', 0, '<=', 5] }] },
          { 'd-count': [{ numeric: ['<', 10] }] },
          { 'x-limit': [{ numeric: ['=', 3.018e2] }] },
        ],
      },
    });
    expect(matches({ detail: { 'c-count': 0, 'd-count': 0, 'x-limit': 9.018e2 } })).toBe(true);
    expect(matches({ detail: { 'c-count': 0, 'd-count': 10, 'x-limit': 3.018e2 } })).toBe(true);
    expect(matches({ detail: { 'c-count': 0, 'd-count': 10, 'x-limit': 9.018e2 } })).toBe(false);
    expect(matches({ 'c-count': 1 })).toBe(false);
  });

  test('several, at different levels, must all have a match', () => {
    const matches = compilePattern({
      $or: [{ Location: ['New York'] }, { Day: ['Monday'] }],
      detail: { $or: [{ source: ['aws.cloudwatch'] }, { 'detail-type': ['Alarm'] }] },
    });
    expect(matches({ Day: 'Monday', detail: { 'detail-type': 'Alarm' } })).toBe(true);
    expect(matches({ Day: 'Monday', detail: {} })).toBe(false);
    expect(matches({ Day: 'Tuesday', detail: { source: 'aws.cloudwatch' } })).toBe(false);
  });

  test('one inside another belongs to its branch alone', () => {
    const matches = compilePattern({
      source: ['s'],
      $or: [
        { metricName: ['m'] },
        { metricType: ['t'], namespace: ['n'], $or: [{ metricId: [1234] }, { spaceId: [1000] }] },
        { scope: ['Service'] },
      ],
    });
    expect(matches({ source: 's', scope: 'Service' })).toBe(true);
    expect(matches({ source: 's', metricType: 't', namespace: 'n', spaceId: 1000 })).toBe(true);
    expect(matches({ source: 's', metricType: 't', namespace: 'n' })).toBe(false);
    expect(matches({ source: 's', metricType: 't', spaceId: 1000 })).toBe(false);
    expect(matches({ metricName: 'm' })).toBe(false);
  });

  test('its fields share array elements with the fields beside it', () => {
    const matches = compilePattern({ a: { x: [1], $or: [{ y: [2] }, { z: [3] }] } });
    expect(matches({ a: [{ x: 1, z: 3 }, { y: 9 }] })).toBe(true);
    expect(matches({ a: [{ x: 1 }, { y: 2, z: 3 }] })).toBe(false);
  });

  test('a field inside and outside of it must match both', () => {
    const matches = compilePattern({ a: [{ prefix: 'x' }], $or: [{ a: [{ suffix: 'y' }] }, { b: [1] }] });
    expect(matches({ a: 'xy' })).toBe(true);
    expect(matches({ a: 'zy' })).toBe(false);
    expect(matches({ a: 'x', b: 1 })).toBe(true);
  });

  test('it is a plain name over an object, or over an array that holds operators', () => {
    expect(compilePattern({ $or: { metricType: ['t'] } })({ $or: { metricType: 't' } })).toBe(true);
    const matches = compilePattern({ $or: [{ numeric: ['>', 10] }, { prefix: 'abc' }] });
    expect(matches({ $or: 11 })).toBe(true);
    expect(matches({ $or: 'abcd' })).toBe(true);
    expect(matches({ $or: 9 })).toBe(false);
  });
});

const names = fc.constantFrom('a', 'b');

/** Small events: objects, arrays of objects and arrays of leaves, at most three levels deep. */
function eventsOf(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> {
  const objectOf = (value: fc.Arbitrary<unknown>) => fc.dictionary(names, value, { minKeys: 1, maxKeys: 3 });
  const arrayOf = (value: fc.Arbitrary<unknown>) => fc.array(value, { minLength: 1, maxLength: 3 });
  let value = fc.oneof(leaf, arrayOf(leaf));
  for (let depth = 0; depth < 2; depth++) {
    value = fc.oneof(value, objectOf(value), arrayOf(objectOf(value)));
  }
  return objectOf(value).map((event) => JSON.parse(JSON.stringify(event)) as JsonObject);
}

test('given any event, then the pattern made of its own leaves matches it', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const leaf = fc.oneof(fc.string({ maxLength: 3 }), number, fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(eventsOf(leaf), fc.nat(), (event, pick) => {
      const pattern = patternOf(event, pick) as JsonObject;
      expect(compilePattern(pattern)(event)).toBe(true);
      expect(compilePattern({ ...pattern, missing: [1] })(event)).toBe(false);
    }),
  );
});

/** Of an array of objects it takes one, for a pattern can demand no more. */
function patternOf(value: unknown, pick: number): unknown {
  if (Array.isArray(value)) {
    const element: unknown = value[pick % value.length];
    return isObject(element) ? patternOf(element, pick) : value;
  }
  if (!isObject(value)) return [value];
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, patternOf(child, pick)]));
}

test('given any event and pattern, then they match as if each array of objects held one of its elements', () => {
  const bit = fc.constantFrom(0, 1);
  const leafPattern = fc.constantFrom([0], [1]);
  const innerPattern = fc.dictionary(names, leafPattern, { minKeys: 1, maxKeys: 2 });
  const pattern = fc.dictionary(names, fc.oneof(leafPattern, innerPattern), { minKeys: 1, maxKeys: 3 });
  fc.assert(
    fc.property(eventsOf(bit), pattern, (event, demanded) => {
      const expected = withOneElementEach(event).some((version) => meets(demanded, version));
      expect(compilePattern(demanded)(event)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

function withOneElementEach(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.some(isObject) ? value.flatMap(withOneElementEach) : [value];
  if (!isObject(value)) return [value];
  return Object.entries(value).reduce<JsonObject[]>(
    (versions, [name, child]) =>
      withOneElementEach(child).flatMap((choice) =>
        versions.map((version) => ({ ...version, [name]: choice })),
      ),
    [{}],
  );
}

function meets(demanded: unknown, value: unknown): boolean {
  if (Array.isArray(demanded)) return [value].flat().some((leaf) => demanded.includes(leaf));
  return (
    isObject(value) &&
    Object.entries(demanded as JsonObject).every(([name, child]) => meets(child, value[name]))
  );
}
