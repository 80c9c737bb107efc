import '../../src/local/promise-with-resolvers';
import { StateMachine } from 'aws-local-stepfunctions';
import { LocalStateMachine, type MachineOptions } from '../../src/local/state-machine';

type Definition = MachineOptions['definition'];

const TEXT = { text: 'a "quoted"\nline, a back\\slash, a tab\t and \u2028 😀', of: [{ more: '"' }] };

const explaining = {
  StartAt: 'Explain',
  States: {
    Explain: {
      Type: 'Pass',
      Parameters: { 'Error.$': '$.text', 'Cause.$': 'States.JsonToString($)' },
      Next: 'Fail',
    },
    Fail: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
  },
} as unknown as Definition;

/** Runs a definition whose tasks answer what they are given. */
async function executed(definition: Definition, input: unknown) {
  const machine = new LocalStateMachine(
    { arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m', type: 'STANDARD', definition },
    async (_resource, given) => given,
  );
  const { executionArn } = machine.start('e', JSON.stringify(input));
  await machine.idle();
  return machine.executions.get(executionArn);
}

test('given a value with quotes and line ends, when a Pass makes its text the Cause, then the Cause is its JSON', async () => {
  const execution = await executed(explaining, TEXT);
  expect(execution).toMatchObject({ status: 'FAILED', error: TEXT.text });
  expect(JSON.parse(execution?.cause ?? '')).toEqual(TEXT);
});

test('given a task that asks for the text of a part, then it is given the JSON of that part, and its other parameters', async () => {
  const Parameters = { 'event.$': 'States.JsonToString($.of)', 'all.$': '$', fixed: 'States' };
  const definition = {
    StartAt: 'Work',
    States: { Work: { Type: 'Task', Resource: 'arn:work', Parameters, End: true } },
  } as unknown as Definition;
  const { output = '' } = (await executed(definition, TEXT)) ?? {};
  expect(JSON.parse(output)).toEqual({ event: JSON.stringify(TEXT.of), all: TEXT, fixed: 'States' });
});

test('given the function inside another, then the definition is refused, and not misread', async () => {
  const Parameters = { 'a.$': "States.Format('{}', States.JsonToString($))" };
  const definition = {
    StartAt: 'Pass',
    States: { Pass: { Type: 'Pass', Parameters, End: true } },
  } as unknown as Definition;
  await expect(executed(definition, TEXT)).rejects.toThrow('States.JsonToString must stand alone');
});

test('the library alone still answers a text that is no JSON: else all this can go', async () => {
  const { result } = new StateMachine(
    {
      StartAt: 'Pass',
      States: { Pass: { Type: 'Pass', Parameters: { 'text.$': 'States.JsonToString($)' }, End: true } },
    } as unknown as Definition,
    { validationOptions: { noValidate: true } },
  ).run(TEXT);
  const { text } = (await result) as { text: string };
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});
