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
  /** Clients with the credentials of a role. */
  clientsOf: (role: string) => Clients;
  clock: Clock;
  settings: Settings;
  telemetry: Telemetry;
}

/** The handlers as they are deployed, on the adapters as they are deployed. */
export function createFunctions({ clientsOf, clock, settings, telemetry }: FunctionDeps) {
  const collector = clientsOf(LOCAL.roles.collect);
  const releaser = clientsOf(LOCAL.roles.release);
  const collect = createCollectHandler({
    clock,
    ...tablesOf(collector),
    starts: sfnSequencerStarts({ client: collector.sfn, stateMachineArn: LOCAL.sequenceMachineArn }),
    settings,
    telemetry,
  });
  const release = createReleaseHandler({
    clock,
    ...tablesOf(releaser),
    lanes: dynamoLanes({ client: releaser.dynamodb, table: LOCAL.tables.orderedEvents }),
    status: eventBridgeReplayStatus({ client: releaser.eventbridge }),
    queues: sqsQueues({
      client: releaser.sqs,
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

function tablesOf({ dynamodb: client }: Clients) {
  return {
    buffer: dynamoEventBuffer({ client, table: LOCAL.tables.eventBuffer }),
    replays: dynamoReplays({ client, table: LOCAL.tables.replays }),
  };
}
