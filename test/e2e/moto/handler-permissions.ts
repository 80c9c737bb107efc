import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonTool } from '../support/python-tools';

/** The schemas that AWS publishes of its resource types, as cfn-lint (which moto brings) has them. */
function schemaFolder(): string {
  const libraries = join(pythonTool('..'), 'lib');
  const [python] = readdirSync(libraries).filter((name) => name.startsWith('python'));
  return join(libraries, String(python), 'site-packages/cfnlint/data/schemas');
}

/**
 * What CloudFormation does with the permissions of whoever deploys, to make, read, change and delete a resource.
 *
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
export async function handlerPermissions(resourceType: string): Promise<string[]> {
  const folder = schemaFolder();
  const schemas = JSON.parse(await readFile(join(folder, 'providers/us-east-1.json'), 'utf8'));
  const file = schemas[resourceType] as string | undefined;
  if (!file) throw new Error(`There is no schema of ${resourceType} among ${Object.keys(schemas).length}.`);
  const { handlers } = JSON.parse(await readFile(join(folder, 'resources', `${file}.json`), 'utf8'));
  const used = ['create', 'read', 'update', 'delete'].flatMap(
    (handler) => handlers[handler]?.permissions ?? [],
  );
  return [...new Set(used as string[])].sort();
}

interface Spared {
  permissions: RegExp;
  /** Properties of the template that would need them. */
  unless: RegExp;
}

/** What a handler can do that this stack never asks it for, as long as the template has no such property. */
export const SPARED: Record<string, Spared[]> = {
  '*': [{ permissions: /^kms:/, unless: /Kms|KMS|SSESpecification|EncryptionConfiguration"/ }],
  'AWS::S3::Bucket': [
    {
      permissions: /^s3tables:|Metadata\w*TableConfiguration$/,
      unless: /MetadataTable|MetadataConfiguration/,
    },
    { permissions: /^iam:PassRole$|Replication/, unless: /ReplicationConfiguration/ },
    {
      permissions:
        /^s3:\w+(Accelerate|Analytics|IntelligentTiering|Inventory|Lifecycle|Metrics)|^s3:DeleteBucketEncryption$/,
      unless: /Accelerate|Analytics|IntelligentTiering|Inventory|Lifecycle|Metrics/,
    },
    {
      permissions:
        /^s3:(Put|Delete)Bucket(Cors|CORS|Logging|Notification|ObjectLock|OwnershipControls|Versioning|Website|Acl|Abac)/,
      unless: /Cors|Logging|Notification|ObjectLock|Ownership|Versioning|Website|AccessControl|Abac/,
    },
    { permissions: /^s3:PutObject(Acl|LockConfiguration)$/, unless: /AccessControl|ObjectLock/ },
  ],
  'AWS::Logs::LogGroup': [
    {
      permissions: /LogDelivery$|(Put|Delete)ResourcePolicy$|^firehose:|^s3:/,
      unless: /ResourcePolicyDocument|Delivery/,
    },
    {
      permissions: /^logs:(Put|Delete)(DataProtection|Index)Policy$/,
      unless: /DataProtectionPolicy|FieldIndexPolicies/,
    },
    { permissions: /KmsKey$/, unless: /KmsKeyId/ },
    { permissions: /BearerToken|DeletionProtection$/, unless: /BearerToken|DeletionProtection/ },
  ],
  'AWS::Lambda::Function': [
    { permissions: /^ec2:/, unless: /VpcConfig/ },
    { permissions: /^elasticfilesystem:|^s3files:/, unless: /FileSystemConfigs/ },
    { permissions: /CodeSigningConfig$/, unless: /CodeSigningConfigArn/ },
    { permissions: /LayerVersion$/, unless: /Layers/ },
    {
      permissions: /CapacityProvider$|PutFunctionScalingConfig$|PublishVersion$/,
      unless: /CapacityProvider|ScalingConfig|PublishToLatest/,
    },
    { permissions: /AssociateRuntimeAlias$/, unless: /RuntimeManagementConfig/ },
  ],
  'AWS::Events::EventBus': [{ permissions: /(Put|Remove)Permission$/, unless: /Policy/ }],
  'AWS::IAM::Role': [
    { permissions: /(Attach|Detach)RolePolicy$/, unless: /ManagedPolicyArns/ },
    { permissions: /PermissionsBoundary$/, unless: /PermissionsBoundary/ },
  ],
  'AWS::StepFunctions::StateMachine': [{ permissions: /^s3:/, unless: /DefinitionS3Location/ }],
  'AWS::DynamoDB::Table': [
    {
      permissions: /Import(Table)?$|^s3:|^logs:|(Put|Delete|Update|Get|BatchWrite)Item$|:(Query|Scan)$/,
      unless: /ImportSourceSpecification/,
    },
    { permissions: /Replica$|CreateServiceLinkedRole$/, unless: /Replica/ },
    {
      permissions: /^kinesis:|able?KinesisStreamingDestination$|UpdateKinesis/,
      unless: /KinesisStreamSpecification/,
    },
    { permissions: /(Put|Delete)ResourcePolicy$/, unless: /ResourcePolicy/ },
  ],
};
