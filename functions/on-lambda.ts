import type { Environment } from './settings';

/**
 * Makes the handler of a deployed function while its module loads: Lambda initializes a function at full speed, and a
 * variable that is missing shows at once. Anywhere else, where the module is imported for what it wires, nothing is
 * made and there is no handler.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html `AWS_LAMBDA_FUNCTION_NAME`
 */
export function onLambda<H>(wire: (env: Environment) => H): H | undefined {
  const { env } = process;
  return env.AWS_LAMBDA_FUNCTION_NAME === undefined ? undefined : wire(env);
}
