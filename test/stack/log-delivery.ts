/** Where Step Functions says what it needs to log the failures of executions. CloudWatch Logs knows no resource for it. */
export const LOG_DELIVERY_PAGE = 'https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html';

export const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];
