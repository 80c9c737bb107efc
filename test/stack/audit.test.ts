import { readFile } from 'node:fs/promises';
import { BENDS } from './audit-bends';
import { POLICY_RULES, type Rule } from './audit-policies';
import { RESOURCE_RULES } from './audit-resources';
import { PACKAGING_MS, packageStack } from './package-stack';
import { type RawTemplate, readTemplate, type Template } from './template';

/**
 * What auditors ask of a stack, asked of the packaged template; and of bent copies of it, to see that every rule
 * can fail.
 */

const RULES: Record<string, Rule> = { ...POLICY_RULES, ...RESOURCE_RULES };
const SENTENCES = Object.keys(RULES);

/** The parameters that decide what there is. */
const VARIANTS: Record<string, Record<string, string>> = {
  'with a bus and an archive of its own': {},
  'attached to a bus and an archive': { EventBusName: 'orders', ArchiveName: 'orders-archive' },
  'on the default bus': { EventBusName: 'default' },
  'for some replays, with alarms': {
    ReplayNamePrefix: 'ordered-',
    AlarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
  },
};

let packaged: string;

beforeAll(async () => {
  const { templatePath } = await packageStack();
  packaged = await readFile(templatePath, 'utf8');
}, PACKAGING_MS);

function templateOf(change: (raw: RawTemplate) => void): Template {
  const raw = JSON.parse(packaged) as RawTemplate;
  change(raw);
  return readTemplate(JSON.stringify(raw));
}

function findingsIn(template: Template): Record<string, string[]> {
  const all = Object.entries(RULES).map(([sentence, rule]) => [sentence, rule(template)] as const);
  return Object.fromEntries(all.filter(([, findings]) => findings.length > 0));
}

describe.each(Object.entries(VARIANTS))('the stack %s', (_name, parameters) => {
  test('has nothing to find', () => {
    const template = templateOf(({ Parameters }) => {
      for (const [name, value] of Object.entries(parameters)) Parameters[name] = { Default: value };
    });
    expect(findingsIn(template)).toEqual({});
  });
});

test('every rule is bent at least once, and nothing else is', () => {
  expect(Object.keys(BENDS).sort()).toEqual([...SENTENCES].sort());
  for (const bends of Object.values(BENDS)) expect(Object.keys(bends).length).toBeGreaterThan(0);
});

describe.each(Object.entries(BENDS))('that %s', (sentence, bends) => {
  test.each(Object.entries(bends))('is noticed of: %s', (_name, bend) => {
    expect(findingsIn(templateOf(bend))).toHaveProperty([sentence]);
  });
});

test('the rules look at something: there are resources of every kind that they are about', () => {
  const types = new Set(Object.values(templateOf(() => undefined).resources).map(({ Type }) => Type));
  for (const type of [
    'AWS::DynamoDB::Table',
    'AWS::Events::Archive',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::StepFunctions::StateMachine',
  ]) {
    expect(types).toContain(type);
  }
});
