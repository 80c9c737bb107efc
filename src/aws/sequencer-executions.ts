import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import type { SequencerExecutions } from '../core/ports';
import { sfnSequencerStarts } from './sequencer-starts';

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
  return {
    ...sfnSequencerStarts(options),
    async status({ replay, generation }) {
      const executionArn = `${prefix}:${replay}.${generation}`;
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
        return status === 'ABORTED' ? 'aborted' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}
