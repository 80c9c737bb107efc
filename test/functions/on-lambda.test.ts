import { onLambda } from '../../functions/on-lambda';

const LAMBDA = 'AWS_LAMBDA_FUNCTION_NAME';

describe('what a function exports as its handler', () => {
  const before = process.env[LAMBDA];
  afterEach(() => {
    if (before === undefined) delete process.env[LAMBDA];
    else process.env[LAMBDA] = before;
    jest.resetModules();
  });

  test('given Lambda, then it is wired from the environment as the module loads', () => {
    process.env[LAMBDA] = 'collect';
    expect(onLambda((env) => `wired for ${env[LAMBDA]}`)).toBe('wired for collect');
  });

  test('given any other process, then nothing is wired', () => {
    delete process.env[LAMBDA];
    const wire = jest.fn();
    expect(onLambda(wire)).toBeUndefined();
    expect(wire).not.toHaveBeenCalled();
  });

  test.each(['collect', 'sequence'])('given Lambda and no table, then %s says so as it loads', (name) => {
    process.env[LAMBDA] = name;
    const load = () => jest.requireActual(`../../functions/${name}`);
    expect(load).toThrow(
      "The environment variable BUFFER_TABLE is missing or empty; needed is a value. Correct the stack's parameters and deploy again.",
    );
  });
});
