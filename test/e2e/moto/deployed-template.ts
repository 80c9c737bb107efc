import { readTemplate, type Template } from '../../stack/template';
import type { Moto } from './moto';

/** The template that a stage was deployed with, as CloudFormation has it. */
export async function templateOf({ aws }: Moto, stage: string): Promise<Template> {
  const { TemplateBody } = await aws(
    'cloudformation',
    'get-template',
    '--stack-name',
    `ordered-replay-${stage}`,
  );
  return readTemplate(typeof TemplateBody === 'string' ? TemplateBody : JSON.stringify(TemplateBody));
}

/** Names and ARNs of what was made, by logical id. */
export async function physicalIdsOf({ aws }: Moto, stage: string): Promise<Record<string, string>> {
  const { StackResourceSummaries } = await aws(
    'cloudformation',
    'list-stack-resources',
    ...['--stack-name', `ordered-replay-${stage}`],
  );
  const summaries = StackResourceSummaries as { LogicalResourceId?: string; PhysicalResourceId: string }[];
  return Object.fromEntries(
    summaries.flatMap(({ LogicalResourceId: id, PhysicalResourceId }) =>
      id ? [[id, PhysicalResourceId]] : [],
    ),
  );
}

/** Puts what was made in the place of every reference; `undefined` values are left out. */
export function resolveReferences(
  value: unknown,
  referred: (id: string, attribute?: string) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, referred));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': getAtt } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref !== undefined) return referred(Ref);
  if (getAtt) return referred(...getAtt);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolveReferences(item, referred)])
      .filter(([, item]) => item !== undefined),
  );
}

/** The resources of a policy document. moto keeps one that CloudFormation made as Python writes it. */
export function resourcesNamedBy(document: string): string[] {
  const { Statement } = JSON.parse(document.replaceAll("'", '"')) as {
    Statement: { Resource: string | string[] }[];
  };
  return Statement.flatMap(({ Resource }) => Resource);
}
