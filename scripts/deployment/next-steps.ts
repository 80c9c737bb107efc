const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
const ARCHIVED_AFTER_MS = 10 * MINUTE_MS;

const NEEDED = ['EventBusName', 'ArchiveArn', 'ReplayRuleArn', 'OrderedEventsStreamArn'] as const;

export interface Deployed {
  region: string;
  /** Of the deployed stack. */
  outputs: Record<string, string>;
  /** Only replays of such a name are put in order. */
  replayNamePrefix: string;
  nowMs: number;
}

/** What to do once the stack stands, a line each; nothing if it has no outputs to say it with. */
export function nextSteps({ region, outputs, replayNamePrefix, nowMs }: Deployed): string[] {
  const [bus, archive, rule, stream] = NEEDED.map((name) => outputs[name]);
  if (!bus || !archive || !rule || !stream) return [];
  const busArn = `${rule.split(':').slice(0, 5).join(':')}:event-bus/${bus}`;
  const endMs = nowMs - ARCHIVED_AFTER_MS;
  const command = [
    `aws events start-replay --region ${region}`,
    `--replay-name ${replayNamePrefix}replay-${stamp(nowMs).replaceAll(/\D/g, '').slice(0, 12)}`,
    `--event-source-arn ${archive}`,
    `--destination '${JSON.stringify({ Arn: busArn, FilterArns: [rule] })}'`,
    `--event-start-time ${stamp(endMs - DAY_MS)} --event-end-time ${stamp(endMs)}`,
  ];
  return [
    `Publish to the bus ${bus}. Its archive has an event ten minutes later: ${archive}`,
    `Subscribe consumers to the stream ${stream}`,
    `Start replays for one rule only, in the console under "Specify rule(s)": ${rule}`,
    'The first replay, of the last day; put in a window of your own:',
    command.join(' '),
  ];
}

/** To the minute. */
function stamp(ms: number): string {
  return new Date(ms - (ms % MINUTE_MS)).toISOString().replace('.000Z', 'Z');
}
