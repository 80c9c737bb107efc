import {
  DescribeReplayCommand,
  type EventBridgeClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { ReplayStatus } from '../core/ports';
import { tellingUnavailable } from './unavailable';

/** Replays as EventBridge itself describes them. */
export function eventBridgeReplayStatus({ client }: { client: EventBridgeClient }): ReplayStatus {
  return tellingUnavailable('EventBridge', {
    async describe(replay) {
      try {
        const answer = await client.send(new DescribeReplayCommand({ ReplayName: replay }));
        const { State, StateReason, Description, EventStartTime, EventEndTime, ReplayStartTime } = answer;
        return {
          state: given(State, 'State'),
          ...(StateReason !== undefined && { stateReason: StateReason }),
          description: Description ?? '',
          window: {
            fromMs: given(EventStartTime, 'EventStartTime').getTime(),
            toMs: given(EventEndTime, 'EventEndTime').getTime(),
          },
          ...(ReplayStartTime && { startedAtMs: ReplayStartTime.getTime() }),
        };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
  });
}

/** The SDK's types leave everything optional; EventBridge leaves out none of these. */
function given<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`DescribeReplay answered without ${name}.`);
  return value;
}
