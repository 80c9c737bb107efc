import type { Clients } from '../aws/clients';
import { dynamoEventBuffer } from '../aws/event-buffer';
import { dynamoLanes } from '../aws/lanes';
import { sqsQueues } from '../aws/queues';
import { eventBridgeReplayStatus } from '../aws/replay-status';
import { dynamoReplays } from '../aws/replays';
import { sfnSequencerStarts } from '../aws/sequencer-starts';
import type { Clock } from '../core/ports';
import type { Settings } from '../core/settings';
import { createCollectHandler } from '../lambda/collect-handler';
import { createReleaseHandler } from '../lambda/release-handler';
import type { Telemetry } from '../lambda/telemetry';
import type { HostedFunction } from './function-host';
import { RELEASE_TIMEOUT_MS } from './local-settings';
import { LOCAL } from './resource-names';

export interface FunctionDeps {
  clients: Clients;
  clock: Clock;
  settings: Settings;
  telemetry: Telemetry;
}

/** The handlers as they are deployed, on the adapters as they are deployed. */
export function createFunctions({ clients, clock, settings, telemetry }: FunctionDeps) {
  const buffer = dynamoEventBuffer({ client: clients.dynamodb, table: LOCAL.tables.eventBuffer });
  const replays = dynamoReplays({ client: clients.dynamodb, table: LOCAL.tables.replays });
  const collect = createCollectHandler({
    clock,
    buffer,
    replays,
    starts: sfnSequencerStarts({ client: clients.sfn, stateMachineArn: LOCAL.sequenceMachineArn }),
    settings,
    telemetry,
  });
  const release = createReleaseHandler({
    clock,
    buffer,
    replays,
    lanes: dynamoLanes({ client: clients.dynamodb, table: LOCAL.tables.orderedEvents }),
    status: eventBridgeReplayStatus({ client: clients.eventbridge }),
    queues: sqsQueues({
      client: clients.sqs,
      overflowUrl: LOCAL.overflow.url,
      deadLettersUrl: LOCAL.deadLetters.url,
    }),
    settings,
    telemetry,
  });
  return {
    collect: { ...LOCAL.collect, timeoutMs: settings.collectTimeoutMs, handler: collect },
    release: { ...LOCAL.release, timeoutMs: RELEASE_TIMEOUT_MS, handler: release },
  } satisfies Record<string, HostedFunction>;
}
