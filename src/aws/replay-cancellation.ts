import {
  CancelReplayCommand,
  type EventBridgeClient,
  IllegalStatusException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { ReplayCancellation } from '../operator/ports';
import { tellingUnavailable } from './unavailable';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html */
export function eventBridgeCancellation({ client }: { client: EventBridgeClient }): ReplayCancellation {
  return tellingUnavailable('EventBridge', {
    async cancel(replay) {
      try {
        await client.send(new CancelReplayCommand({ ReplayName: replay }));
        return 'cancelled';
      } catch (error) {
        if (error instanceof IllegalStatusException) return 'over';
        if (error instanceof ResourceNotFoundException) return 'unknown';
        throw error;
      }
    },
  });
}
