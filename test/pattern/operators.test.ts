import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json';
import { compilePattern } from '../../src/pattern/event-pattern';

/**
 * The examples of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html, each
 * with events that match it and events that do not.
 */
const examples: { behaviour: string; pattern: JsonObject; matching: unknown[]; others: unknown[] }[] = [
  {
    behaviour: 'a plain string matches the same string, case and all',
    pattern: { Name: ['Alice'] },
    matching: [{ Name: 'Alice' }],
    others: [{ Name: 'alice' }, { Name: 'Alic' }, { Name: '' }, { Name: null }, {}],
  },
  {
    behaviour: 'several values of a field are alternatives',
    pattern: { PaymentType: ['Credit', 'Debit'] },
    matching: [{ PaymentType: 'Credit' }, { PaymentType: 'Debit' }],
    others: [{ PaymentType: 'Cash' }],
  },
  {
    behaviour: 'several fields must all match',
    pattern: { Location: ['New York'], Day: ['Monday'] },
    matching: [{ Location: 'New York', Day: 'Monday', other: 1 }],
    others: [{ Location: 'New York' }, { Location: 'New York', Day: 'Tuesday' }],
  },
  {
    behaviour: 'an empty string matches only an empty string',
    pattern: { LastName: [''] },
    matching: [{ LastName: '' }],
    others: [{ LastName: null }, { LastName: ' ' }, { LastName: [] }, {}],
  },
  {
    behaviour: 'null matches only null',
    pattern: { UserID: [null] },
    matching: [{ UserID: null }],
    others: [{ UserID: '' }, { UserID: 'null' }, { UserID: 0 }, { UserID: [] }, {}],
  },
  {
    behaviour: 'a boolean matches only itself',
    pattern: { done: [true] },
    matching: [{ done: true }],
    others: [{ done: false }, { done: 'true' }, { done: 1 }],
  },
  {
    behaviour: 'a plain number matches by value and never a string',
    pattern: { Price: [300] },
    matching: [{ Price: 300 }, '{"Price": 300.0}', '{"Price": 3.0e2}'],
    others: [{ Price: '300' }, { Price: 300.5 }],
  },
  {
    behaviour: 'prefix matches strings that begin with it',
    pattern: { time: [{ prefix: '2017-10-02' }] },
    matching: [{ time: '2017-10-02T18:43:48Z' }, { time: '2017-10-02' }],
    others: [{ time: '2017-10-03T18:43:48Z' }, { time: 'on 2017-10-02' }, { time: 20171002 }, {}],
  },
  {
    behaviour: 'prefix can ignore case',
    pattern: { detail: { service: [{ prefix: { 'equals-ignore-case': 'EventB' } }] } },
    matching: [{ detail: { service: 'eventbridge' } }, { detail: { service: 'EVENTBUS' } }],
    others: [{ detail: { service: 'event' } }, { detail: { service: 'my eventb' } }],
  },
  {
    behaviour: 'an empty prefix matches every string and nothing else',
    pattern: { a: [{ prefix: '' }] },
    matching: [{ a: 'x' }, { a: '' }],
    others: [{ a: 1 }, { a: null }, {}],
  },
  {
    behaviour: 'suffix matches strings that end with it',
    pattern: { FileName: [{ suffix: '.png' }] },
    matching: [{ FileName: 'cat.png' }, { FileName: '.png' }],
    others: [{ FileName: 'cat.PNG' }, { FileName: 'cat.png.txt' }, { FileName: 1 }],
  },
  {
    behaviour: 'suffix can ignore case',
    pattern: { detail: { FileName: [{ suffix: { 'equals-ignore-case': '.png' } }] } },
    matching: [{ detail: { FileName: 'cat.PNG' } }, { detail: { FileName: 'cat.pnG' } }],
    others: [{ detail: { FileName: 'cat.jpg' } }, { detail: { FileName: '.png.jpg' } }],
  },
  {
    behaviour: 'equals-ignore-case matches the whole string in any case',
    pattern: { 'detail-type': [{ 'equals-ignore-case': 'ec2 instance state-change notification' }] },
    matching: [{ 'detail-type': 'EC2 Instance State-change Notification' }],
    others: [{ 'detail-type': 'EC2 Instance State-change Notifications' }, {}],
  },
  {
    behaviour: 'anything-but matches every other value, of any type, but not a missing one',
    pattern: { detail: { state: [{ 'anything-but': 'initializing' }] } },
    matching: ['running', 'Initializing', '', 12, null, false].map((state) => ({ detail: { state } })),
    others: [{ detail: { state: 'initializing' } }, { detail: {} }, {}],
  },
  {
    behaviour: 'anything-but excludes a number by value',
    pattern: { detail: { 'x-limit': [{ 'anything-but': 123 }] } },
    matching: [{ detail: { 'x-limit': 124 } }, { detail: { 'x-limit': '123' } }],
    others: [{ detail: { 'x-limit': 123 } }, '{"detail": {"x-limit": 1.23e2}}'],
  },
  {
    behaviour: 'anything-but excludes each string of a list',
    pattern: { detail: { state: [{ 'anything-but': ['stopped', 'overloaded'] }] } },
    matching: [{ detail: { state: 'running' } }],
    others: [{ detail: { state: 'stopped' } }, { detail: { state: 'overloaded' } }, { detail: {} }],
  },
  {
    behaviour: 'anything-but excludes each number of a list',
    pattern: { detail: { 'x-limit': [{ 'anything-but': [100, 200, 300] }] } },
    matching: [{ detail: { 'x-limit': 101 } }],
    others: [{ detail: { 'x-limit': 100 } }, { detail: { 'x-limit': 300 } }],
  },
  {
    behaviour: 'anything-but can ignore case',
    pattern: { detail: { state: [{ 'anything-but': { 'equals-ignore-case': 'initializing' } }] } },
    matching: [{ detail: { state: 'running' } }, { detail: { state: null } }],
    others: [{ detail: { state: 'INITIALIZING' } }, { detail: {} }],
  },
  {
    behaviour: 'anything-but ignores case for each string of a list',
    pattern: {
      detail: { state: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] },
    },
    matching: [{ detail: { state: 'running' } }],
    others: [{ detail: { state: 'Initializing' } }, { detail: { state: 'STOPPED' } }],
  },
  {
    behaviour: 'anything-but excludes a prefix',
    pattern: { detail: { state: [{ 'anything-but': { prefix: 'init' } }] } },
    matching: [{ detail: { state: 'running' } }, { detail: { state: 12 } }],
    others: [{ detail: { state: 'initializing' } }, { detail: {} }],
  },
  {
    behaviour: 'anything-but excludes each prefix of a list',
    pattern: { detail: { state: [{ 'anything-but': { prefix: ['init', 'error'] } }] } },
    matching: [{ detail: { state: 'running' } }],
    others: [{ detail: { state: 'initializing' } }, { detail: { state: 'errors' } }],
  },
  {
    behaviour: 'anything-but excludes a suffix',
    pattern: { FileName: [{ 'anything-but': { suffix: '.txt' } }] },
    matching: [{ FileName: 'a.png' }, { FileName: null }],
    others: [{ FileName: 'a.txt' }, {}],
  },
  {
    behaviour: 'anything-but excludes each suffix of a list',
    pattern: { FileName: [{ 'anything-but': { suffix: ['.txt', '.rtf'] } }] },
    matching: [{ FileName: 'a.png' }],
    others: [{ FileName: 'a.txt' }, { FileName: 'a.rtf' }],
  },
  {
    behaviour: 'anything-but excludes a wildcard',
    pattern: { FilePath: [{ 'anything-but': { wildcard: '*/lib/*' } }] },
    matching: [{ FilePath: '/usr/bin/x' }, { FilePath: 123 }],
    others: [{ FilePath: '/usr/lib/x' }, {}],
  },
  {
    behaviour: 'anything-but excludes each wildcard of a list',
    pattern: { FilePath: [{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*', ''] } }] },
    matching: [{ FilePath: '/usr/share/x' }],
    others: [{ FilePath: '/usr/lib/x' }, { FilePath: '/usr/bin/x' }, { FilePath: '' }],
  },
  {
    behaviour: 'numeric compares numbers, and never strings',
    pattern: {
      detail: {
        'c-count': [{ numeric: ['>', 0, '<=', 5] }],
        'd-count': [{ numeric: ['<', 10] }],
        'x-limit': [{ numeric: ['=', 3.018e2] }],
      },
    },
    matching: [
      { detail: { 'c-count': 5, 'd-count': 3, 'x-limit': 301.8 } },
      { detail: { 'c-count': 0.1, 'd-count': -5e9, 'x-limit': 301.8 } },
    ],
    others: [
      { detail: { 'c-count': 0, 'd-count': 3, 'x-limit': 301.8 } },
      { detail: { 'c-count': 5.1, 'd-count': 3, 'x-limit': 301.8 } },
      { detail: { 'c-count': 5, 'd-count': 10, 'x-limit': 301.8 } },
      { detail: { 'c-count': 5, 'd-count': 3, 'x-limit': 301 } },
      { detail: { 'c-count': '5', 'd-count': 3, 'x-limit': 301.8 } },
      { detail: { 'c-count': 5, 'd-count': null, 'x-limit': 301.8 } },
    ],
  },
  {
    behaviour: 'numeric takes an inclusive lower and an exclusive upper bound',
    pattern: { Price: [{ numeric: ['>=', 10, '<', 20] }] },
    matching: [{ Price: 10 }, { Price: 19.999999 }],
    others: [{ Price: 9.999999 }, { Price: 20 }],
  },
  {
    behaviour: 'numeric takes an upper bound alone',
    pattern: { Price: [{ numeric: ['<=', 10] }] },
    matching: [{ Price: 10 }, { Price: -5e9 }],
    others: [{ Price: 10.1 }],
  },
  {
    behaviour: 'numeric knows no number beyond five billion',
    pattern: { Price: [{ numeric: ['>', 0] }] },
    matching: [{ Price: 5e9 }],
    others: [{ Price: 5_000_000_001 }],
  },
  {
    behaviour: 'cidr matches the addresses of an IPv4 network',
    pattern: { detail: { sourceIPAddress: [{ cidr: '10.0.0.0/24' }] } },
    matching: [{ detail: { sourceIPAddress: '10.0.0.0' } }, { detail: { sourceIPAddress: '10.0.0.255' } }],
    others: ['10.0.1.0', '10.0.0', 'x', '2001:db8::1', 10].map((ip) => ({ detail: { sourceIPAddress: ip } })),
  },
  {
    behaviour: 'cidr matches the addresses of an IPv6 network',
    pattern: { ip: [{ cidr: '2001:db8:1234:1a00::/56' }] },
    matching: [{ ip: '2001:db8:1234:1a00::1' }, { ip: '2001:0DB8:1234:1AFF:0:0:0:1' }],
    others: [{ ip: '2001:db8:1234:1b00::1' }, { ip: '10.0.0.1' }, { ip: '2001:db8:1234:1a00::1%eth0' }],
  },
  {
    behaviour: 'cidr means the whole network, whichever of its addresses is written',
    pattern: { ip: [{ cidr: '10.0.0.77/8' }] },
    matching: [{ ip: '10.0.0.1' }, { ip: '10.255.255.255' }],
    others: [{ ip: '11.0.0.1' }],
  },
  {
    behaviour: 'exists true matches any leaf, and no object, empty array or missing field',
    pattern: { detail: { 'c-count': [{ exists: true }] } },
    matching: [0, '', null, false, [1]].map((count) => ({ detail: { 'c-count': count } })),
    others: [{ detail: { 'c-count': { c1: 100 } } }, { detail: { 'c-count': [] } }, { detail: {} }, {}],
  },
  {
    behaviour: 'exists false matches where there is no such leaf',
    pattern: { detail: { 'c-count': [{ exists: false }] } },
    matching: [
      { detail: { state: ['initializing', 'running'] } },
      { detail: { state: ['initializing', 'running'], 'c-count': { c1: 100 } } },
      { detail: { 'c-count': [] } },
      {},
    ],
    others: [{ detail: { 'c-count': 5 } }, { detail: { 'c-count': null } }],
  },
  {
    behaviour: 'exists false is an alternative to other values',
    pattern: { a: { b: [{ 'anything-but': ['roses'] }, { exists: false }] } },
    matching: [{ a: { b: 'tulips' } }, { a: {} }, {}],
    others: [{ a: { b: 'roses' } }],
  },
  {
    behaviour: 'wildcard matches any run of characters, none included',
    pattern: { EventBusArn: [{ wildcard: 'arn:aws:events:us-east-1:*:event-bus/*' }] },
    matching: [
      { EventBusArn: 'arn:aws:events:us-east-1:123456789012:event-bus/default' },
      { EventBusArn: 'arn:aws:events:us-east-1::event-bus/' },
    ],
    others: [{ EventBusArn: 'arn:aws:events:us-east-1:event-bus/x' }, { EventBusArn: 5 }],
  },
  {
    behaviour: 'wildcard matches the whole string, not a part of it',
    pattern: { FilePath: [{ wildcard: 'dir/*.png' }] },
    matching: [{ FilePath: 'dir/a.png' }, { FilePath: 'dir/sub/b.png' }, { FilePath: 'dir/.png' }],
    others: [{ FilePath: 'my dir/a.png' }, { FilePath: 'dir/a.png.txt' }, { FilePath: 'dir.png' }],
  },
  {
    behaviour: 'wildcard without an asterisk matches only itself',
    pattern: { a: [{ wildcard: 'aba' }] },
    matching: [{ a: 'aba' }],
    others: [{ a: 'ab' }, { a: 'abaa' }],
  },
  {
    behaviour: 'the texts around a wildcard do not overlap',
    pattern: { a: [{ wildcard: 'aba*ba' }] },
    matching: [{ a: 'ababa' }, { a: 'abaXba' }],
    others: [{ a: 'aba' }],
  },
  {
    behaviour: 'wildcard takes an escaped asterisk and backslash as themselves',
    pattern: { a: [{ wildcard: 'x\\*\\\\*' }] },
    matching: [{ a: 'x*\\' }, { a: 'x*\\anything' }],
    others: [{ a: 'xy\\' }, { a: 'x*' }],
  },
  {
    behaviour: 'several operators of one field are alternatives',
    pattern: { a: [{ prefix: 'x' }, { suffix: 'y' }, 5] },
    matching: [{ a: 'x1' }, { a: '1y' }, { a: 5 }],
    others: [{ a: '1' }, { a: 6 }],
  },
  {
    behaviour: 'operators of different fields combine',
    pattern: {
      time: [{ prefix: '2017-10-02' }],
      detail: {
        state: [{ 'anything-but': 'initializing' }],
        'c-count': [{ numeric: ['>', 0, '<=', 5] }],
        'd-count': [{ numeric: ['<', 10] }],
        'x-limit': [{ 'anything-but': [100, 200, 300] }],
      },
    },
    matching: [
      { time: '2017-10-02T0', detail: { state: 'x', 'c-count': 1, 'd-count': 1, 'x-limit': 301.8 } },
    ],
    others: [
      { time: '2017-10-02T0', detail: { state: 'initializing', 'c-count': 1, 'd-count': 1, 'x-limit': 1 } },
      { time: '2017-10-02T0', detail: { state: 'x', 'c-count': 1, 'd-count': 1, 'x-limit': 200 } },
      { time: '2017-10-01T0', detail: { state: 'x', 'c-count': 1, 'd-count': 1, 'x-limit': 301.8 } },
    ],
  },
];

test.each(examples)('$behaviour', ({ pattern, matching, others }) => {
  const matches = compilePattern(pattern);
  const parsed = (events: unknown[]) =>
    events.map((event) => (typeof event === 'string' ? JSON.parse(event) : event) as JsonObject);
  expect(parsed(matching).filter((event) => !matches(event))).toEqual([]);
  expect(parsed(others).filter((event) => matches(event))).toEqual([]);
});

test('given a leaf that is there, then anything-but is the negation of the plain value', () => {
  const text = fc.constantFrom('a', 'b', 'A', '', 'ab');
  const leaf = fc.oneof(text, fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constant(null));
  const excluded = fc.oneof(
    fc.array(text, { minLength: 1 }),
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
  );
  fc.assert(
    fc.property(leaf, excluded, (value, values) => {
      const isOneOf = compilePattern({ a: values })({ a: value });
      expect(compilePattern({ a: [{ 'anything-but': values }] })({ a: value })).toBe(!isOneOf);
    }),
  );
});

test('given any pattern of literals and asterisks, then wildcard agrees with a regular expression', () => {
  const literal = fc.constantFrom('a', 'b', '*', '\\', '.');
  const parts = fc.array(fc.array(literal, { maxLength: 3 }), { minLength: 1, maxLength: 4 });
  const text = fc.array(literal, { maxLength: 10 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(parts, text, (partsOrEmpty, value) => {
      // Only the ends may be empty: in the middle that would be two asterisks side by side.
      const kept = partsOrEmpty.filter(
        (part, i) => part.length > 0 || i === 0 || i === partsOrEmpty.length - 1,
      );
      if (kept.length === 2 && kept.every((part) => part.length === 0)) kept.pop();
      const wildcard = kept
        .map((part) => part.map((char) => char.replace(/[*\\]/, '\\$&')).join(''))
        .join('*');
      const source = kept.map((part) => part.map((char) => `[${char === '\\' ? '\\\\' : char}]`).join(''));
      const expected = new RegExp(`^${source.join('.*')}$`, 's').test(value);
      expect(compilePattern({ a: [{ wildcard }] })({ a: value })).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
