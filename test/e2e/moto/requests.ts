import type { Resource } from '../../stack/template';
import type { RequestContext } from './policy';

export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:123456789012:${resource}`;
export const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const BUCKET = 'arn:aws:s3:::ordered-replay-dev-serverlessdeploymentbucket-1a2b3c';
const FUNCTION = { 'lambda:FunctionArn': arn('lambda', 'function:ordered-replay-dev-collect') };

/** Where a handler's permission is asked for, and with which context. */
export interface Request {
  arn: string;
  context?: RequestContext;
}

/** What IAM is asked about where `sls` makes a call. */
export function arnOfCall(action: string, resource: string): string {
  const [service] = action.split(':');
  if (service === 's3') return `arn:aws:s3:::${resource}`;
  if (service === 'lambda') return arn('lambda', `function:${resource}`);
  if (service === 'ecr') return arn('ecr', `repository/${resource}`);
  if (resource === '') return '*';
  return resource.startsWith('arn:') ? resource : arn('cloudformation', `stack/${resource}/1a2b3c`);
}

/** What a permission is asked for when a resource of the stack is made, changed or deleted. */
export function requestsOf(
  permission: string,
  id: string,
  { Type, Properties }: Resource,
  ids: Record<string, string>,
): Request[] {
  if (/^(cloudwatch:DescribeAlarms|logs:DescribeLogGroups|logs:DescribeResourcePolicies)$/.test(permission)) {
    return [{ arn: '*' }];
  }
  if (permission === 'iam:PassRole') {
    const service = { Lambda: 'lambda', Events: 'events', StepFunctions: 'states' }[
      Type.split('::')[1] ?? ''
    ];
    const passed = { 'iam:PassedToService': `${service}.amazonaws.com` };
    const roles = Object.entries(ids).filter(([name]) => name.endsWith('Role'));
    return roles.map(([, name]) => ({ arn: role(name), context: passed }));
  }
  if (permission.startsWith('s3:')) {
    const ofObject = /^s3:(Get|Put|Delete)Object/.test(permission);
    return [{ arn: ofObject ? `${BUCKET}/serverless/ordered-replay/dev/collect.zip` : BUCKET }];
  }
  const name = ids[id] || String(Properties.Name ?? Properties.ArchiveName);
  switch (Type) {
    case 'AWS::Lambda::Function':
      return [{ arn: arn('lambda', `function:${name}`) }];
    case 'AWS::Lambda::Permission': {
      const { 'Fn::GetAtt': getAtt } = Properties.FunctionName as { 'Fn::GetAtt': [string, string] };
      return [{ arn: arn('lambda', `function:${ids[getAtt[0]]}`) }];
    }
    case 'AWS::Lambda::EventSourceMapping':
      return [{ arn: arn('lambda', `event-source-mapping:${name}`), context: FUNCTION }];
    case 'AWS::Logs::LogGroup':
      return [{ arn: arn('logs', `log-group:${name}`) }, { arn: arn('logs', `log-group:${name}:*`) }];
    case 'AWS::Events::EventBus':
      return [{ arn: arn('events', `event-bus/${name}`) }];
    case 'AWS::Events::Archive':
      return [{ arn: arn('events', `archive/${name}`) }];
    case 'AWS::Events::Rule':
      return ['', 'orders/', 'ordered-replay-dev/'].map((bus) => ({
        arn: arn('events', `rule/${bus}${name}`),
      }));
    case 'AWS::IAM::Role':
      return [{ arn: role(name) }];
    case 'AWS::StepFunctions::StateMachine':
      return [{ arn: name }];
    case 'AWS::DynamoDB::Table':
      return [{ arn: arn('dynamodb', `table/${name}`) }];
    case 'AWS::SQS::Queue':
      return [{ arn: arn('sqs', name.split('/').pop() as string) }];
    case 'AWS::SQS::QueuePolicy':
      return [{ arn: arn('sqs', `ordered-replay-dev-${id.replace('Policy', '')}-1A2B3C`) }];
    case 'AWS::CloudWatch::Alarm':
      return [{ arn: arn('cloudwatch', `alarm:ordered-replay-dev-${id}-1A2B3C`) }];
    default:
      throw new Error(`What ${permission} is asked for with ${Type} is not known here.`);
  }
}
