import type { Rule } from './audit-policies';
import type { Resource, Template } from './template';

/** Rules about what there is and how it is kept. Each gives the resources that break it. */

const MAX_TIMEOUT_SECONDS = 300;
const MAX_MEMORY_MB = 512;

const SECRET_NAME = /SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE|CREDENTIAL/i;
/** Access keys, private keys, a URL with a password, and the tokens that other services give out. */
const CREDENTIAL =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\w+:\/\/[^/\s:@]+:[^/\s:@]+@|\bgh[pousr]_\w{36}|\bxox[abprs]-|\bsk_live_|"[A-Za-z0-9/+]{40}"/;

const PUBLIC_ACCESS_BLOCK = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

/** What holds events. The bucket has only packages, which a deployment writes anew. */
const STATEFUL = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Events::Archive'];

const breaking = (entries: [string, Resource][], breaks: (properties: Resource['Properties']) => boolean) =>
  entries.filter(([, { Properties }]) => breaks(Properties)).map(([logicalId]) => logicalId);
const functions = (template: Template) => template.ofType('AWS::Lambda::Function');
const machines = (template: Template) => template.ofType('AWS::StepFunctions::StateMachine');
/** A number of a parameter is text. */
const isBetween = (value: unknown, most: number) => Number(value) > 0 && Number(value) <= most;
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);

export const RESOURCE_RULES: Record<string, Rule> = {
  // Tables, log groups and archives always are:
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/encryption-archives.html
  'what could be kept unencrypted is not': (template) => [
    ...breaking(
      template.ofType('AWS::SQS::Queue'),
      (queue) => queue.SqsManagedSseEnabled !== true && queue.KmsMasterKeyId === undefined,
    ),
    ...breaking(
      template.ofType('AWS::S3::Bucket'),
      (bucket) => at(bucket, 'BucketEncryption', 'ServerSideEncryptionConfiguration') === undefined,
    ),
  ],

  'no bucket can be made public': (template) =>
    breaking(template.ofType('AWS::S3::Bucket'), ({ PublicAccessBlockConfiguration, AccessControl }) =>
      Boolean(
        AccessControl !== undefined ||
          Object.keys(PUBLIC_ACCESS_BLOCK).some((key) => at(PublicAccessBlockConfiguration, key) !== true),
      ),
    ),

  'no function has a URL': (template) => template.ofType('AWS::Lambda::Url').map(([logicalId]) => logicalId),

  'logs are kept for so many days': (template) =>
    breaking(template.ofType('AWS::Logs::LogGroup'), ({ RetentionInDays }) => !(Number(RetentionInDays) > 0)),

  'every function and state machine logs to a group of the stack': (template) => {
    const groups = template.ofType('AWS::Logs::LogGroup');
    const groupNames = groups.map(([, { Properties }]) => Properties.LogGroupName);
    return [
      ...breaking(
        functions(template),
        (properties) => !groupNames.includes(`/aws/lambda/${properties.FunctionName}`),
      ),
      ...breaking(machines(template), ({ LoggingConfiguration }) => {
        const destinations = JSON.stringify(at(LoggingConfiguration, 'Destinations') ?? []);
        return !groups.some(([logicalId]) => destinations.includes(`"Fn::GetAtt":["${logicalId}","Arn"]`));
      }),
    ];
  },

  'no log has what is in an event': (template) =>
    breaking(
      machines(template),
      ({ LoggingConfiguration }) => at(LoggingConfiguration, 'IncludeExecutionData') !== false,
    ),

  'no variable of a function is a secret': (template) =>
    breaking(functions(template), ({ Environment }) =>
      Object.keys((at(Environment, 'Variables') as object | undefined) ?? {}).some((name) =>
        SECRET_NAME.test(name),
      ),
    ),

  'there are no credentials anywhere': (template) =>
    breaking(Object.entries(template.resources), (properties) => CREDENTIAL.test(JSON.stringify(properties))),

  'time and memory of a function are bounded': (template) =>
    breaking(
      functions(template),
      ({ Timeout, MemorySize }) =>
        !isBetween(Timeout, MAX_TIMEOUT_SECONDS) || !isBetween(MemorySize, MAX_MEMORY_MB),
    ),

  'tracing is on or off by decision': (template) => [
    ...breaking(
      functions(template),
      ({ TracingConfig }) => !['Active', 'PassThrough'].includes(String(at(TracingConfig, 'Mode'))),
    ),
    ...breaking(
      machines(template),
      ({ TracingConfiguration }) => typeof at(TracingConfiguration, 'Enabled') !== 'boolean',
    ),
  ],

  'no archive is ever deleted, nor the bus that it replays to': (template) =>
    ['AWS::Events::Archive', 'AWS::Events::EventBus']
      .flatMap((type) => template.ofType(type))
      .filter(
        ([, made]) => made.DeletionPolicy !== 'RetainExceptOnCreate' || made.UpdateReplacePolicy !== 'Retain',
      )
      .map(([logicalId]) => logicalId),

  'what holds events says what becomes of it with the stack': (template) =>
    STATEFUL.flatMap((type) => template.ofType(type))
      .filter(([, { DeletionPolicy, UpdateReplacePolicy }]) => !DeletionPolicy || !UpdateReplacePolicy)
      .map(([logicalId]) => logicalId),
};
