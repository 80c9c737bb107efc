import type { Statement } from '../support/iam';
import type { RawTemplate, Resource } from './template';

/** Changes that somebody could make to the stack, by the rule that must notice. */
type Bend = (template: RawTemplate) => void;

const properties = (logicalId: string, change: (properties: Resource['Properties']) => void): Bend => {
  return ({ Resources }) => change((Resources[logicalId] as Resource).Properties);
};
const set = (logicalId: string, key: string, value: unknown): Bend =>
  properties(logicalId, (found) => {
    found[key] = value;
  });
const without = (logicalId: string, key: string): Bend =>
  properties(logicalId, (found) => {
    delete found[key];
  });
const add = (logicalId: string, Type: string, Properties: object): Bend => {
  return ({ Resources }) => {
    Resources[logicalId] = { Type, Properties: { ...Properties } };
  };
};

type Document = { Statement: Statement[] };
const first = (document: unknown) => (document as Document).Statement[0] as Statement;
const policy = (role: string, change: (statement: Statement) => void): Bend =>
  properties(role, ({ Policies }) =>
    change(first((Policies as { PolicyDocument: Document }[])[0]?.PolicyDocument)),
  );
const trust = (role: string, change: (statement: Statement) => void): Bend =>
  properties(role, ({ AssumeRolePolicyDocument }) => change(first(AssumeRolePolicyDocument)));
const ofResource = (logicalId: string, change: (statement: Statement) => void): Bend =>
  properties(logicalId, ({ PolicyDocument }) => change(first(PolicyDocument)));

export const BENDS: Record<string, Record<string, Bend>> = {
  'no action is a wildcard': {
    'a function for everything': set('HealRulePermission', 'Action', 'lambda:*'),
    'all of DynamoDB': policy('CollectFunctionRole', (statement) => {
      statement.Action = 'dynamodb:*';
    }),
    'all that reads': policy('SequenceFunctionRole', (statement) => {
      statement.Action = ['dynamodb:UpdateItem', 'dynamodb:Get*'];
    }),
    'the queue for everything': ofResource('OverflowPolicy', (statement) => {
      statement.Action = 'sqs:*';
    }),
  },
  'no resource is a wildcard, but where there is none to name': {
    'any table': policy('CollectFunctionRole', (statement) => {
      statement.Resource = '*';
    }),
    'any function, beside the log delivery': properties('CollectStateMachineRole', ({ Policies }) => {
      const logDelivery = first((Policies as { PolicyDocument: Document }[])[1]?.PolicyDocument);
      logDelivery.Action = [...(logDelivery.Action as string[]), 'lambda:InvokeFunction'];
    }),
  },
  'nothing is allowed by naming what is not': {
    'all actions but one': policy('SequenceFunctionRole', (statement) => {
      statement.NotAction = 'iam:PassRole';
    }),
    'everybody but one': ofResource('OverflowPolicy', (statement) => {
      statement.NotPrincipal = { Service: 's3.amazonaws.com' };
    }),
  },
  'no role manages identities, or takes another role': {
    'a function that gives roles away': policy('CollectFunctionRole', (statement) => {
      statement.Action = ['dynamodb:GetItem', 'iam:PassRole'];
    }),
    'a function that takes another role': policy('CollectFunctionRole', (statement) => {
      statement.Action = 'sts:AssumeRole';
    }),
  },
  'nobody is given anything but by the policies above': {
    'an administrator': set('SequenceFunctionRole', 'ManagedPolicyArns', [
      'arn:aws:iam::aws:policy/AdministratorAccess',
    ]),
    'a policy apart': add('MorePolicy', 'AWS::IAM::Policy', { Roles: [{ Ref: 'CollectFunctionRole' }] }),
    'a user': add('Deployer', 'AWS::IAM::User', {}),
  },
  'only services take roles, and only for this account': {
    'for any account': trust('CollectStateMachineRole', (statement) => {
      delete statement.Condition;
    }),
    'for another account': trust('ReplayRuleRole', ({ Condition }) => {
      (Condition as { StringEquals: object }).StringEquals = { 'aws:SourceAccount': '999999999999' };
    }),
    'taken by an account': trust('SequenceFunctionRole', (statement) => {
      statement.Principal = { AWS: '999999999999' };
    }),
    'taken by anybody': trust('SequenceFunctionRole', (statement) => {
      statement.Principal = '*';
    }),
  },
  'a service takes a role for one resource of the stack': {
    'for any rule': trust('ReplayRuleRole', ({ Condition }) => {
      delete (Condition as Record<string, unknown>).ArnEquals;
    }),
    'for any state machine': trust('SequenceStateMachineRole', ({ Condition }) => {
      (Condition as Record<string, unknown>).ArnEquals = {
        'aws:SourceArn': 'arn:aws:states:us-east-1:123456789012:stateMachine:*',
      };
    }),
  },
  'Lambda, of which nobody has seen a key, is asked for none': {
    'the account': trust('CollectFunctionRole', (statement) => {
      statement.Condition = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    }),
  },
  'a resource lets only services in, and each for one resource of the stack': {
    'a function for all to call': add('AnyoneMayCall', 'AWS::Lambda::Permission', { Principal: '*' }),
    'a function for any rule to call': without('HealRulePermission', 'SourceArn'),
    'a function for any rule of a name': set('HealRulePermission', 'SourceArn', {
      'Fn::Sub': 'arn:aws:events:us-east-1:1:rule/ordered-replay-dev-*',
    }),
    'any rule may send': ofResource('OverflowPolicy', (statement) => {
      delete statement.Condition;
    }),
    'anybody may send': ofResource('OverflowPolicy', (statement) => {
      statement.Principal = '*';
    }),
    'an account may send too': ofResource('OverflowPolicy', (statement) => {
      statement.Principal = { Service: 'events.amazonaws.com', AWS: '999999999999' };
    }),
    'a bucket that anybody reads': ofResource('ServerlessDeploymentBucketPolicy', (statement) => {
      statement.Effect = 'Allow';
      statement.Action = 's3:GetObject';
    }),
  },
  'what comes unencrypted is refused by every queue and bucket': {
    'a queue without a policy': ({ Resources }) => {
      delete Resources.DeadLettersPolicy;
    },
    'a policy that is attached to no queue': set('DeadLettersPolicy', 'Queues', []),
    'refused only where it is encrypted': ofResource('DeadLettersPolicy', ({ Condition }) => {
      (Condition as Record<string, unknown>).Bool = { 'aws:SecureTransport': true };
    }),
    'refused to send, but not to receive': ofResource('DeadLettersPolicy', (statement) => {
      statement.Action = 'sqs:SendMessage';
    }),
    'a bucket without a policy': ({ Resources }) => {
      delete Resources.ServerlessDeploymentBucketPolicy;
    },
  },
  'what could be kept unencrypted is not': {
    'a queue that says no': set('Overflow', 'SqsManagedSseEnabled', false),
    'a queue that says nothing': without('DeadLetters', 'SqsManagedSseEnabled'),
    'a bucket that says nothing': without('ServerlessDeploymentBucket', 'BucketEncryption'),
  },
  'no bucket can be made public': {
    'nothing is blocked': without('ServerlessDeploymentBucket', 'PublicAccessBlockConfiguration'),
    'public policies are not blocked': properties('ServerlessDeploymentBucket', (bucket) => {
      (bucket.PublicAccessBlockConfiguration as Record<string, unknown>).BlockPublicPolicy = false;
    }),
    'an access control list': set('ServerlessDeploymentBucket', 'AccessControl', 'PublicRead'),
  },
  'no function has a URL': {
    'a URL': add('CollectUrl', 'AWS::Lambda::Url', { AuthType: 'NONE' }),
  },
  'logs are kept for so many days': {
    'for ever': without('CollectLogGroup', 'RetentionInDays'),
    'for ever, of a state machine': without('SequenceStateMachineLogGroup', 'RetentionInDays'),
  },
  'every function and state machine logs to a group of the stack': {
    'a function without a group': ({ Resources }) => {
      delete Resources.SequenceLogGroup;
    },
    'a state machine that does not log': without('CollectStateMachine', 'LoggingConfiguration'),
    'a group of somebody else': properties('CollectStateMachine', ({ LoggingConfiguration }) => {
      (LoggingConfiguration as Record<string, unknown>).Destinations = [
        { CloudWatchLogsLogGroup: { LogGroupArn: 'arn:aws:logs:us-east-1:1:log-group:x' } },
      ];
    }),
  },
  'no log has what is in an event': {
    'all data': properties('CollectStateMachine', ({ LoggingConfiguration }) => {
      (LoggingConfiguration as Record<string, unknown>).IncludeExecutionData = true;
    }),
  },
  'no variable of a function is a secret': {
    'a token': properties('CollectLambdaFunction', ({ Environment }) => {
      (Environment as { Variables: Record<string, unknown> }).Variables.WEBHOOK_TOKEN = 'x';
    }),
    'a password': properties('SequenceLambdaFunction', ({ Environment }) => {
      (Environment as { Variables: Record<string, unknown> }).Variables.dbPassword = { Ref: 'Password' };
    }),
  },
  'there are no credentials anywhere': {
    'an access key': properties('CollectLambdaFunction', ({ Environment }) => {
      (Environment as { Variables: Record<string, unknown> }).Variables.WHO = `AKIA${'A1'.repeat(8)}`;
    }),
    'a secret access key': set('ReplayRule', 'Description', 'a1B/'.repeat(10)),
    'a password in a URL': set('Overflow', 'QueueName', 'https://user:word@example.com'),
    'a private key': set('Replays', 'TableName', '-----BEGIN RSA PRIVATE KEY-----'),
  },
  'time and memory of a function are bounded': {
    'a quarter of an hour': set('SequenceLambdaFunction', 'Timeout', 900),
    'whatever the default is': without('CollectLambdaFunction', 'Timeout'),
    'ten gigabytes': set('CollectLambdaFunction', 'MemorySize', 10_240),
  },
  'tracing is on or off by decision': {
    'a function that says nothing': without('CollectLambdaFunction', 'TracingConfig'),
    'a state machine that says nothing': without('SequenceStateMachine', 'TracingConfiguration'),
  },
  'no archive is ever deleted, nor the bus that it replays to': {
    'an archive that goes with the stack': ({ Resources }) => {
      (Resources.Archive as Resource).DeletionPolicy = 'Delete';
    },
    'an archive that is replaced': ({ Resources }) => {
      (Resources.Archive as Resource).UpdateReplacePolicy = 'Delete';
    },
    'a bus that goes before its archive': ({ Resources }) => {
      delete (Resources.EventBus as Resource).DeletionPolicy;
    },
  },
  'what holds events says what becomes of it with the stack': {
    'a table that says nothing': ({ Resources }) => {
      delete (Resources.EventBuffer as Resource).DeletionPolicy;
    },
    'an archive that is replaced': ({ Resources }) => {
      delete (Resources.Archive as Resource).UpdateReplacePolicy;
    },
  },
};
