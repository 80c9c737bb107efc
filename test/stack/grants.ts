import { LOG_DELIVERY_ACTIONS } from './log-delivery';

const LOG_DELIVERY = LOG_DELIVERY_ACTIONS.map((action) => `Allow ${action} on *`);
const SEQUENCE = 'states:stateMachine:ordered-replay-dev-sequence';

/** Everything that the stack's roles allow. A wildcard is only where there is nothing to name, or not yet. */
export const GRANTS: Record<string, string[]> = {
  ReplayRuleRole: ['Allow states:StartExecution on CollectStateMachine'],
  CollectStateMachineRole: [
    'Allow lambda:InvokeFunction on CollectLambdaFunction',
    ...LOG_DELIVERY,
    'Allow sqs:SendMessage on Overflow',
  ],
  SequenceStateMachineRole: [
    'Allow lambda:InvokeFunction on SequenceLambdaFunction',
    ...LOG_DELIVERY,
    `Allow states:StartExecution on ${SEQUENCE}`,
  ],
  CollectFunctionRole: [
    'Allow dynamodb:GetItem on Replays',
    'Allow dynamodb:PutItem on EventBuffer',
    'Allow dynamodb:UpdateItem on EventBuffer',
    'Allow dynamodb:UpdateItem on Replays',
    'Allow logs:CreateLogStream on CollectLogGroup',
    'Allow logs:PutLogEvents on CollectLogGroup',
    'Allow sqs:DeleteMessage on Overflow',
    'Allow sqs:GetQueueAttributes on Overflow',
    'Allow sqs:ReceiveMessage on Overflow',
    `Allow states:StartExecution on ${SEQUENCE}`,
  ],
  SequenceFunctionRole: [
    'Allow dynamodb:GetItem on Replays',
    'Allow dynamodb:Query on EventBuffer',
    'Allow dynamodb:UpdateItem on OrderedEvents',
    'Allow dynamodb:UpdateItem on Replays',
    'Allow events:DescribeReplay on events:replay/*',
    'Allow logs:CreateLogStream on SequenceLogGroup',
    'Allow logs:PutLogEvents on SequenceLogGroup',
    'Allow sqs:GetQueueAttributes on DeadLetters',
    'Allow sqs:GetQueueAttributes on Overflow',
  ],
  HealFunctionRole: [
    'Allow dynamodb:GetItem on Replays',
    'Allow dynamodb:Scan on Replays',
    'Allow dynamodb:UpdateItem on Replays',
    'Allow logs:CreateLogStream on HealLogGroup',
    'Allow logs:PutLogEvents on HealLogGroup',
    'Allow states:DescribeExecution on states:execution:ordered-replay-dev-sequence:*',
    `Allow states:StartExecution on ${SEQUENCE}`,
  ],
};
