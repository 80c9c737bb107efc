import fc from 'fast-check';
import { type Choice, problemsOf } from '../../scripts/deployment/parameters';
import { OPTIONS } from '../../src/core/replay/options';
import { PACKAGING_MS, packageStack } from '../stack/package-stack';

let declared: Choice['declared'];
let known: string[];

beforeAll(async () => {
  declared = (await packageStack()).template.parameters as unknown as Choice['declared'];
  const names = Object.keys(declared).map((name) => name.slice(0, 1).toLowerCase() + name.slice(1));
  known = [...names, 'archivePattern'];
}, PACKAGING_MS);

const problems = (chosen: Choice['chosen']) => problemsOf({ chosen, known, declared });

describe('what is allowed stops nobody', () => {
  test.each<Choice['chosen'][]>([
    [{}],
    [{ speed: '0.5', idle: '250ms', orderingKey: 'detail.orderId', onMissing: 'continue' }],
    [{ speed: 10, buckets: 64, groupCount: 1, retentionDays: 1, sequenceMemory: 10240 }],
    [{ speed: 'max', idle: 'none', orderingKey: 'none', tiebreaker: '' }],
    [{ eventBusName: 'aws.partner/shop.example/orders', archiveName: 'orders-archive' }],
    [{ eventBusName: 'default' }],
    [{ archivePattern: { source: ['shop'] }, archiveRetentionDays: 0 }],
    [{ collectConcurrency: '20', logRetentionDays: 3653, replayNamePrefix: 'ordered-' }],
    [{ alarmTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms' }],
  ])('%j', (chosen) => {
    expect(problems(chosen)).toEqual([]);
  });
});

describe('what is not allowed is one line: parameter, value, what is allowed', () => {
  test.each<[Choice['chosen'], string]>([
    [{ speed: 'fast' }, `speed=fast: allowed is ${OPTIONS.speed.allowed}.`],
    [{ speed: 0 }, `speed=0: allowed is ${OPTIONS.speed.allowed}.`],
    [{ idle: '5' }, `idle=5: allowed is ${OPTIONS.idle.allowed}.`],
    [{ orderingKey: 'detail.[' }, `orderingKey=detail.[: allowed is ${OPTIONS.orderingKey.allowed}.`],
    [{ tiebreaker: 'detail..x' }, 'tiebreaker=detail..x: allowed is a JMESPath, or nothing.'],
    [{ onMissing: 'stop' }, 'onMissing=stop: allowed is wait or continue.'],
    [{ buckets: '0' }, 'buckets=0: allowed is 1 to 64.'],
    [{ buckets: 'many' }, 'buckets=many: allowed is a whole number from 1 to 64.'],
    [{ buckets: '' }, 'buckets=: allowed is a whole number from 1 to 64.'],
    [{ groupCount: 1001 }, 'groupCount=1001: allowed is 1 to 1000.'],
    [{ retentionDays: 15 }, 'retentionDays=15: allowed is 1 to 14 days.'],
    [{ retentionDays: 1.5 }, 'retentionDays=1.5: allowed is a whole number from 1 to 14.'],
    [{ sequenceMemory: '128' }, 'sequenceMemory=128: allowed is a whole number from 256 to 10240.'],
    [{ archiveRetentionDays: -1 }, 'archiveRetentionDays=-1: allowed is a whole number from 0 on.'],
    [{ logRetentionDays: 10 }, expect.stringMatching(/^logRetentionDays=10: allowed is one of 1, 3, 5, /)],
    [{ collectConcurrency: 19 }, 'collectConcurrency=19: allowed is a whole number from 20 on, or nothing.'],
    [{ replayNamePrefix: 'a b' }, expect.stringMatching(/^replayNamePrefix=a b: allowed is letters, /)],
    [{ alarmTopicArn: 'alarms' }, expect.stringMatching(/^alarmTopicArn=alarms: allowed is the ARN of /)],
    [
      { eventBusName: 'arn:aws:events:us-east-1:123456789012:event-bus/orders' },
      'eventBusName=arn:aws:events:us-east-1:123456789012:event-bus/orders: allowed is the name of a bus, not its ARN, or nothing.',
    ],
    [
      { archivePattern: '{"source":["shop"]}' },
      expect.stringMatching(/^archivePattern=.*: allowed is an event pattern, /),
    ],
    [
      { archiveName: 'orders-archive' },
      expect.stringMatching(/^archiveName=orders-archive: .* name the bus in eventBusName /),
    ],
  ])('%j', (chosen, line) => {
    expect(problems(chosen)).toEqual([line]);
    expect(problems(chosen)[0]).not.toContain('\n');
  });

  test('each that is wrong has a line', () => {
    expect(problems({ speed: 'fast', idle: '5', buckets: 8 })).toHaveLength(2);
  });
});

describe('a name that there is not is told with the one that was meant', () => {
  test.each([
    ['orderingkey', 'orderingKey'],
    ['ordering-key', 'orderingKey'],
    ['spede', 'speed'],
    ['idel', 'idle'],
    ['tieBreaker', 'tiebreaker'],
    ['retention_days', 'retentionDays'],
    ['eventBus', 'eventBusName'],
    ['bus', undefined],
    ['colour', undefined],
  ])('%s', (typed, meant) => {
    const [line] = problems({ [typed]: 'x' });
    expect(line).toBe(
      meant
        ? `${typed}=x: there is no such parameter; did you mean ${meant}?`
        : `${typed}=x: there is no such parameter; allowed are ${known.join(', ')}.`,
    );
  });
});

describe('the template allows what the code allows', () => {
  const inTemplate = (name: string, text: string) =>
    new RegExp(`^(?:${declared[name]?.AllowedPattern})$`).test(text);
  const words = (...parts: string[]) =>
    fc.array(fc.constantFrom(...parts), { maxLength: 5 }).map((each) => each.join(''));

  test.each([
    ['Speed', OPTIONS.speed, words('0', '1', '00', '25', '.', 'x', 'max', ' ', '-')],
    ['Idle', OPTIONS.idle, words('0', '5', '25', '.', 'ms', 's', 'm', 'h', 'd', 'none', ' ')],
  ] as const)('%s, text by text', (name, { parse }, texts) => {
    let allowed = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const byCode = parse(text) !== undefined;
        if (byCode) allowed++;
        expect([text, inTemplate(name, text)]).toEqual([text, byCode]);
      }),
      { numRuns: 2_000 },
    );
    expect(allowed).toBeGreaterThan(50);
  });

  test('with the same words, where the code has some', () => {
    for (const [name, { allowed }] of Object.entries({
      Speed: OPTIONS.speed,
      Idle: OPTIONS.idle,
      OnMissing: OPTIONS.onMissing,
    })) {
      expect(declared[name]?.ConstraintDescription).toBe(allowed);
    }
  });

  test.each([
    ['buckets', 1, 64],
    ['groupCount', 1, 1_000],
    ['retentionDays', 1, 14],
  ])('%s, from its least to its most', (name, least, most) => {
    expect([least, most].flatMap((value) => problems({ [name]: value }))).toEqual([]);
    // The code's own words, which have no "whole": it is the first to refuse.
    for (const value of [least - 1, most + 1])
      expect(problems({ [name]: value })[0]).toMatch(/allowed is \d/);
    const { MinValue, MaxValue } = declared[name.slice(0, 1).toUpperCase() + name.slice(1)] ?? {};
    expect([MinValue, MaxValue]).toEqual([least, most]);
  });
});
