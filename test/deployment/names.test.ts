import { type Named, problemsOfStage } from '../../scripts/deployment/names';
import { PACKAGING_MS, packageStack } from '../stack/package-stack';

/** The names of the packaged stack, with another stage. */
async function namesFor(stage: string): Promise<Named> {
  const { template } = await packageStack();
  const renamed = JSON.stringify(template.resources).replaceAll(
    'ordered-replay-dev',
    `ordered-replay-${stage}`,
  );
  const resources = JSON.parse(renamed) as typeof template.resources;
  const functions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const functionNames = functions.map(({ Properties }) => String(Properties.FunctionName));
  expect(functionNames).toHaveLength(3);
  return { stage, functionNames, resources };
}

test(
  'a stage of 33 characters is the longest that all names have room for',
  async () => {
    expect(problemsOfStage(await namesFor('s'.repeat(33)))).toEqual([]);
    const stage = 's'.repeat(34);
    expect(problemsOfStage(await namesFor(stage))).toEqual([
      `stage=${stage}: allowed are 33 characters, it has 34: the name of an archive, here ordered-replay-${stage}, has 48 at most.`,
    ]);
  },
  PACKAGING_MS,
);

test.each<[string, Partial<Named>, string]>([
  [
    'a function',
    { functionNames: ['service-prod-', 'service-prod-x'].map((name) => name.padEnd(66, 'x')) },
    '2 characters, it has 4',
  ],
  [
    'a rule',
    { resources: { R: { Type: 'AWS::Events::Rule', Properties: { Name: 'p'.repeat(65) } } } },
    '3 characters',
  ],
  [
    'a role',
    { resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'p'.repeat(65) } } } },
    '3 characters',
  ],
  [
    'a state machine',
    {
      resources: {
        R: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'p'.repeat(81) } },
      },
    },
    '3 characters',
  ],
])('a name of %s that is too long is told, and how long the stage may be', (kind, names, allowed) => {
  const [line] = problemsOfStage({ stage: 'prod', functionNames: [], resources: {}, ...names });
  expect(line).toContain(`stage=prod: allowed are ${allowed}`);
  expect(line).toContain(`the name of ${kind}, `);
});

test('what CloudFormation names is its own business', () => {
  const resources = {
    Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    Role: { Type: 'AWS::IAM::Role' },
  };
  expect(problemsOfStage({ stage: 's'.repeat(100), functionNames: [], resources })).toEqual([]);
});
