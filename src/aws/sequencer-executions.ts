import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import type { SequencerExecutions } from '../core/ports';
import { executionOf } from '../core/replay/execution';
import { sfnSequencerStarts } from './sequencer-starts';
import { tellingUnavailable } from './unavailable';

/**
 * Executions of the state machine `sequence`, by their names.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export function sfnSequencerExecutions(options: {
  client: SFNClient;
  stateMachineArn: string;
}): SequencerExecutions {
  const { client, stateMachineArn } = options;
  const prefix = stateMachineArn.replace(':stateMachine:', ':execution:');
  return tellingUnavailable('Step Functions', {
    ...sfnSequencerStarts(options),
    async status(sequencer) {
      const executionArn = `${prefix}:${executionOf(sequencer).name}`;
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
        return status === 'ABORTED' ? 'aborted' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  });
}
