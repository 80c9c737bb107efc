import { AwsError } from './aws-error';
import { writeExactJson } from './exact-json';
import { type HostedFunction, invokeFunction } from './function-host';
import type { InvokeResource } from './json-to-string';
import type { LocalQueue } from './queue';
import type { LocalStateMachine } from './state-machine';

export interface Integrations {
  functions: HostedFunction[];
  queues: LocalQueue[];
  /** By ARN. */
  machines: Map<string, LocalStateMachine>;
  /** Asked, in the name of the state machine's role, before each call. */
  authorize?: (action: string, resource: string) => void;
}

/** Runs what a `Task` names: a function, or one of the service integrations that the two definitions use. */
export function createResourceInvoker(integrations: Integrations): InvokeResource {
  const { functions, authorize } = integrations;
  return async (resource, input) => {
    const hosted = functions.find(({ arn }) => arn === resource);
    if (hosted) {
      authorize?.('lambda:InvokeFunction', resource);
      return invokeFunction(hosted, JSON.parse(writeExactJson(input)));
    }
    if (resource === 'arn:aws:states:::sqs:sendMessage')
      return sendMessage(integrations, input as SendMessageInput);
    if (resource === 'arn:aws:states:::states:startExecution') {
      return startExecution(integrations, input as StartExecutionInput);
    }
    throw new AwsError('States.TaskFailed', `No local resource ${resource}`);
  };
}

interface SendMessageInput {
  QueueUrl: string;
  MessageBody: unknown;
}

function sendMessage({ queues, authorize }: Integrations, { QueueUrl, MessageBody }: SendMessageInput) {
  const queue = queues.find(({ options }) => options.url === QueueUrl);
  if (!queue) throw new AwsError('SQS.QueueDoesNotExistException', `No local queue ${QueueUrl}`);
  authorize?.('sqs:SendMessage', queue.options.arn);
  const body = typeof MessageBody === 'string' ? MessageBody : writeExactJson(MessageBody);
  return { MessageId: queue.send(body).id };
}

interface StartExecutionInput {
  StateMachineArn: string;
  Name: string;
  Input: unknown;
}

/** Errors are named as the integration names them: `StepFunctions.<exception>Exception`. */
function startExecution(
  { machines, authorize }: Integrations,
  { StateMachineArn, Name, Input }: StartExecutionInput,
) {
  const machine = machines.get(StateMachineArn);
  if (!machine) {
    throw new AwsError(
      'StepFunctions.StateMachineDoesNotExistException',
      `No local machine ${StateMachineArn}`,
    );
  }
  authorize?.('states:StartExecution', StateMachineArn);
  try {
    return machine.start(Name, writeExactJson(Input));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(`StepFunctions.${error.name.replace(/Exception$/, '')}Exception`, error.message);
  }
}
