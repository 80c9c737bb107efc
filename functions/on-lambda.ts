import type { Environment } from './settings';
import { forCaller } from './telemetry';

/**
 * Makes the handler of a deployed function while its module loads: Lambda initializes a function at full speed, and a
 * variable that is missing shows at once. Elsewhere only the other exports are used, so nothing is made.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html `AWS_LAMBDA_FUNCTION_NAME`
 */
export function onLambda<H>(wire: (env: Environment) => H): H | undefined {
  const { env } = process;
  if (env.AWS_LAMBDA_FUNCTION_NAME === undefined) return undefined;
  try {
    return wire(env);
  } catch (error) {
    throw forCaller(error);
  }
}
