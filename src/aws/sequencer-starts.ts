import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { SequencerStarts } from '../core/ports';
import { executionOf } from '../core/replay/execution';
import { tellingUnavailable } from './unavailable';

/**
 * Starts executions of the state machine `sequence`.
 *
 * The name has at most 80 characters (64 of the replay, a dot, 15 digits) and, like the input, depends on replay and
 * generation only: the same name with the same input is answered with success while that execution runs, and with
 * `ExecutionAlreadyExists` for 90 days after.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function sfnSequencerStarts(options: { client: SFNClient; stateMachineArn: string }): SequencerStarts {
  const { client, stateMachineArn } = options;
  return tellingUnavailable('Step Functions', {
    async start(sequencer) {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, ...executionOf(sequencer) }));
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'ended';
        throw error;
      }
    },
  });
}
