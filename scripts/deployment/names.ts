/**
 * The names that serverless.yml gives to resources, and how long AWS lets them be. Others are CloudFormation's, which cuts
 * them itself.
 */
const LIMITS: Record<string, { kind: string; property: string; most: number }> = {
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html, API_PutRule, API_CreateEventBus
  'AWS::Events::Archive': { kind: 'an archive', property: 'ArchiveName', most: 48 },
  'AWS::Events::Rule': { kind: 'a rule', property: 'Name', most: 64 },
  'AWS::Events::EventBus': { kind: 'a bus', property: 'Name', most: 256 },
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
  'AWS::StepFunctions::StateMachine': { kind: 'a state machine', property: 'StateMachineName', most: 80 },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  'AWS::IAM::Role': { kind: 'a role', property: 'RoleName', most: 64 },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  'AWS::Logs::LogGroup': { kind: 'a log group', property: 'LogGroupName', most: 512 },
};
/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const MOST_IN_FUNCTION_NAME = 64;

export interface Named {
  stage: string;
  /** Of the functions. */
  functionNames: string[];
  resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** What is wrong with the stage: that a name which it is part of is too long. */
export function problemsOfStage({ stage, functionNames, resources }: Named): string[] {
  const names = [
    ...functionNames.map((name) => ({ name, kind: 'a function', most: MOST_IN_FUNCTION_NAME })),
    ...Object.values(resources).flatMap(({ Type, Properties }) => {
      const { kind = '', property = '', most = 0 } = LIMITS[Type] ?? {};
      const name = Properties?.[property];
      return typeof name === 'string' ? [{ name, kind, most }] : [];
    }),
  ];
  const [worst] = names
    .map((each) => ({ ...each, allowed: stage.length - (each.name.length - each.most) }))
    .sort((one, other) => one.allowed - other.allowed);
  if (!worst || stage.length <= worst.allowed) return [];
  return [
    `stage=${stage}: allowed are ${worst.allowed} characters, it has ${stage.length}: the name of ${worst.kind}, here ${worst.name}, has ${worst.most} at most.`,
  ];
}
