import { nextSteps } from '../../scripts/deployment/next-steps';

const outputs = {
  EventBusName: 'orders',
  ArchiveArn: 'arn:aws-cn:events:cn-north-1:123456789012:archive/orders-archive',
  ReplayRuleArn: 'arn:aws-cn:events:cn-north-1:123456789012:rule/orders/ordered-replay-prod-replays',
  OrderedEventsStreamArn:
    'arn:aws-cn:dynamodb:cn-north-1:123456789012:table/OrderedEvents/stream/2026-12-01T00:00:00.000',
};
const deployed = {
  region: 'cn-north-1',
  outputs,
  replayNamePrefix: '',
  nowMs: Date.UTC(2026, 11, 1, 12, 34, 56),
};

test('given a stack, then there is what to publish to, to subscribe and to choose, and the first replay as a command', () => {
  const lines = nextSteps(deployed);
  expect(lines).toEqual([
    `Publish to the bus orders. Its archive has an event ten minutes later: ${outputs.ArchiveArn}`,
    `Subscribe consumers to the stream ${outputs.OrderedEventsStreamArn}`,
    `Start replays for one rule only, in the console under "Specify rule(s)": ${outputs.ReplayRuleArn}`,
    'The first replay, of the last day; put in a window of your own:',
    [
      'aws events start-replay --region cn-north-1 --replay-name replay-202612011234',
      `--event-source-arn ${outputs.ArchiveArn}`,
      `--destination '{"Arn":"arn:aws-cn:events:cn-north-1:123456789012:event-bus/orders","FilterArns":["${outputs.ReplayRuleArn}"]}'`,
      '--event-start-time 2026-11-30T12:24:00Z --event-end-time 2026-12-01T12:24:00Z',
    ].join(' '),
  ]);
});

test('given a prefix, then the replay has a name that is put in order', () => {
  expect(nextSteps({ ...deployed, replayNamePrefix: 'ordered-' }).at(-1)).toContain(
    '--replay-name ordered-replay-2026',
  );
});

test("given the account's own bus, whose rules have no bus in their ARN, then its ARN is right all the same", () => {
  const own = {
    EventBusName: 'default',
    ReplayRuleArn: 'arn:aws:events:eu-west-1:123456789012:rule/ordered-replay-prod-replays',
  };
  expect(nextSteps({ ...deployed, outputs: { ...outputs, ...own } }).at(-1)).toContain(
    '"Arn":"arn:aws:events:eu-west-1:123456789012:event-bus/default"',
  );
});

test.each(Object.keys(outputs))(
  'given a stack without the output %s, then there is nothing to say',
  (missing) => {
    expect(nextSteps({ ...deployed, outputs: { ...outputs, [missing]: '' } })).toEqual([]);
  },
);
