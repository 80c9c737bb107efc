import { LOG_DELIVERY_ACTIONS, LOG_DELIVERY_PAGE } from './log-delivery';

/**
 * What AWS does by itself in the name of a role. No engine on this machine does it, so these grants alone are taken
 * on the word of the page that asks for them.
 */
export const BY_AWS_ITSELF: { page: string; principals: string[]; actions: string[]; resource: string }[] = [
  {
    // Lambda, before it polls the queue.
    page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-lambda-function-trigger.html',
    principals: ['CollectFunctionRole'],
    actions: ['sqs:GetQueueAttributes'],
    resource: 'Overflow',
  },
  {
    // Lambda, for what a function prints.
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html',
    principals: ['CollectFunctionRole'],
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: 'CollectLogGroup',
  },
  {
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html',
    principals: ['SequenceFunctionRole'],
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: 'SequenceLogGroup',
  },
  {
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html',
    principals: ['HealFunctionRole'],
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: 'HealLogGroup',
  },
  {
    page: LOG_DELIVERY_PAGE,
    principals: ['CollectStateMachineRole', 'SequenceStateMachineRole'],
    actions: LOG_DELIVERY_ACTIONS,
    resource: '*',
  },
];
