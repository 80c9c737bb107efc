import type { Context } from 'aws-lambda';
import { type SequenceAnswer, type SequenceDeps, type SequencerState, sequence } from '../core/sequence';
import { type Telemetry, withoutMessage } from './telemetry';

export type ReleaseHandlerDeps = Omit<SequenceDeps, 'observer' | 'remainingMs'> & { telemetry: Telemetry };

/** One call of the sequencer: forwards what is due and answers when to go on. */
export function createReleaseHandler(deps: ReleaseHandlerDeps) {
  const { telemetry } = deps;
  return async (
    state: SequencerState,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SequenceAnswer> => {
    let appends = 0;
    let released = 0;
    try {
      const answer = await sequence(state, {
        ...deps,
        remainingMs: () => context.getRemainingTimeInMillis(),
        observer: {
          sealed: (collected) => telemetry.count('collected', collected),
          appended: (events, lagMs) => {
            appends++;
            released += events;
            telemetry.lag(lagMs);
          },
        },
      });
      telemetry.info('Sequencer step', { ...describeAnswer(answer), appends, released });
      return answer;
    } catch (error) {
      telemetry.failure('The sequencer step failed', error, { replay: state?.replay, appends, released });
      throw withoutMessage(error);
    } finally {
      if (appends > 0) {
        telemetry.count('appends', appends);
        telemetry.count('released', released);
      }
      telemetry.flush();
    }
  };
}

function describeAnswer(answer: SequenceAnswer) {
  if (answer.action === 'done') return { action: answer.action, ...answer.report };
  if (answer.action === 'fail') return { action: answer.action, code: answer.Error, reason: answer.Cause };
  const { action, replay, generation, iteration, resumeAt } = answer;
  return { action, replay, generation, iteration, resumeAt };
}
