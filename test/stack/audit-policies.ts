import type { Statement } from '../support/iam';
import { LOG_DELIVERY_ACTIONS } from './log-delivery';
import { type Resource, statementsOf, type Template, trustOf } from './template';

/** Rules about who may do what. Each gives the resources that break it. */
export type Rule = (template: Template) => string[];

const RESOURCE_POLICIES = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy'];
/** Other ways to give somebody something. */
const OTHER_PRINCIPALS = /^AWS::(IAM::(?!Role$)|Lambda::Url|SNS::TopicPolicy|Events::EventBusPolicy)/;

interface Placed extends Statement {
  of: string;
}

const placed = ([of]: [string, Resource], statements: Statement[]): Placed[] =>
  statements.map((statement) => ({ ...statement, of }));
const ofRoles = (template: Template) =>
  template.ofType('AWS::IAM::Role').flatMap((entry) => placed(entry, statementsOf(entry[1])));
const ofTrust = (template: Template) =>
  template.ofType('AWS::IAM::Role').flatMap((entry) => placed(entry, trustOf(entry[1])));
const ofResources = (template: Template) =>
  RESOURCE_POLICIES.flatMap((type) => template.ofType(type)).flatMap((entry) =>
    placed(entry, statementsOf(entry[1])),
  );
/** A function's own policy, one statement a resource. */
const ofFunctions = (template: Template): Placed[] =>
  template.ofType('AWS::Lambda::Permission').map(([of, { Properties }]) => ({
    of,
    Effect: 'Allow',
    Action: Properties.Action as string,
    Principal: Properties.Principal === '*' ? '*' : { Service: Properties.Principal },
    Resource: Properties.FunctionName,
    Condition: {
      StringEquals: { 'aws:SourceAccount': Properties.SourceAccount },
      ArnEquals: { 'aws:SourceArn': Properties.SourceArn },
    },
  })) as Placed[];
const allowing = (statements: Placed[]) => statements.filter(({ Effect }) => Effect === 'Allow');
const where = (statements: Placed[], breaks: (statement: Placed) => boolean) =>
  statements.filter(breaks).map(({ of }) => of);

const actionsOf = ({ Action }: Statement) => [Action].flat();
const serviceOf = ({ Principal }: Statement) => (Principal as { Service?: unknown } | undefined)?.Service;
/** It takes a role for its own account anyway: docs/decisions/0006. */
const isLambda = (statement: Statement) => serviceOf(statement) === 'lambda.amazonaws.com';
const conditions = ({ Condition }: Statement) => JSON.stringify(Condition ?? {});
const names = (key: string) => (statement: Statement) =>
  new RegExp(`"(StringEquals|ArnEquals)":\\{[^}]*"${key}":`).test(conditions(statement));
/** Everybody, or whoever an account lets: neither is a service of AWS. */
const isService = (statement: Statement) =>
  /^[a-z]+\.amazonaws\.com$/.test(String(serviceOf(statement) ?? '')) &&
  Object.keys(statement.Principal as object).length === 1;

export const POLICY_RULES: Record<string, Rule> = {
  'no action is a wildcard': (template) =>
    where(
      allowing([
        ...ofRoles(template),
        ...ofResources(template),
        ...ofFunctions(template),
        ...ofTrust(template),
      ]),
      (statement) => actionsOf(statement).some((action) => /[*?]/.test(action)),
    ),

  'no resource is a wildcard, but where there is none to name': (template) =>
    where(
      allowing([...ofRoles(template), ...ofResources(template)]),
      (statement) =>
        [statement.Resource].flat().includes('*') &&
        !actionsOf(statement).every((action) => LOG_DELIVERY_ACTIONS.includes(action)),
    ),

  'nothing is allowed by naming what is not': (template) =>
    where(
      [...ofRoles(template), ...ofResources(template), ...ofTrust(template)],
      ({ NotAction, NotPrincipal, NotResource }) =>
        NotAction !== undefined || NotPrincipal !== undefined || NotResource !== undefined,
    ),

  'no role manages identities, or takes another role': (template) =>
    where(allowing(ofRoles(template)), (statement) =>
      actionsOf(statement).some((action) => /^(iam|sts|organizations):/.test(action)),
    ),

  'nobody is given anything but by the policies above': (template) =>
    Object.entries(template.resources)
      .filter(
        ([, { Type, Properties }]) =>
          OTHER_PRINCIPALS.test(Type) || Properties.ManagedPolicyArns !== undefined,
      )
      .map(([logicalId]) => logicalId),

  'only services take roles, and only for this account': (template) =>
    where(
      ofTrust(template),
      (statement) =>
        !isService(statement) ||
        (!isLambda(statement) &&
          (!names('aws:SourceAccount')(statement) ||
            !conditions(statement).includes('"aws:SourceAccount":{"Ref":"AWS::AccountId"}'))),
    ),

  'a service takes a role for one resource of the stack': (template) =>
    where(ofTrust(template), (statement) => !isLambda(statement) && !namesOneSource(statement)),

  'Lambda, of which nobody has seen a key, is asked for none': (template) =>
    where(ofTrust(template), (statement) => isLambda(statement) && statement.Condition !== undefined),

  'a resource lets only services in, and each for one resource of the stack': (template) =>
    where(
      allowing([...ofResources(template), ...ofFunctions(template)]),
      (statement) => !isService(statement) || !namesOneSource(statement),
    ),

  'what comes unencrypted is refused by every queue and bucket': (template) => {
    const refusals = ofResources(template).filter(
      (statement) =>
        statement.Effect === 'Deny' &&
        statement.Principal === '*' &&
        actionsOf(statement).some((action) => /^(sqs|s3):\*$/.test(action)) &&
        /"Bool":\{"aws:SecureTransport":"?false"?\}/.test(conditions(statement)),
    );
    const covered = (logicalId: string) =>
      refusals.some(({ of, Resource }) => {
        const { Queues, Bucket } = template.get(of).Properties;
        const attached = JSON.stringify([Queues, Bucket]).includes(`{"Ref":"${logicalId}"}`);
        return attached && JSON.stringify(Resource).includes(`"${logicalId}"`);
      });
    return [...template.ofType('AWS::SQS::Queue'), ...template.ofType('AWS::S3::Bucket')]
      .map(([logicalId]) => logicalId)
      .filter((logicalId) => !covered(logicalId));
  },
};

/** A source of the stack's own: with a name of its stage, or a reference to one of its resources. */
function namesOneSource(statement: Statement): boolean {
  const source = JSON.stringify(statement.Condition?.ArnEquals?.['aws:SourceArn'] ?? '');
  return /ordered-replay-dev-\w+"|"Fn::GetAtt":\["\w+","Arn"\]/.test(source) && !/[*?]/.test(source);
}
