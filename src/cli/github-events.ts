import type { EventSet } from './event-set';
import { inOrderOfTime } from './event-set';

interface WebhookExamples {
  name: string;
  examples: unknown[];
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The payloads of `@octokit/webhooks-examples`, recorded from GitHub, as EventBridge events. Each happened when the
 * latest timestamp in it says; one without any, when the one before it in the set did. Many share a second, so the
 * producer numbers them in `detail.sequence`.
 */
export async function readGitHubEvents(): Promise<EventSet> {
  const { default: webhooks } = (await import('@octokit/webhooks-examples')) as unknown as {
    default: WebhookExamples[];
  };
  let latest = new Date(0);
  const timed = webhooks.flatMap(({ name, examples }) =>
    examples.map((payload) => {
      latest = latestTimestamp(payload) ?? latest;
      return { name, payload, Time: latest };
    }),
  );
  const entries = inOrderOfTime(timed).map(({ name, payload, Time }, sequence) => ({
    Time,
    Source: 'github',
    DetailType: name,
    Detail: JSON.stringify({ sequence, payload }),
  }));
  return { title: 'GitHub webhooks', entries, tiebreaker: 'detail.sequence' };
}

function latestTimestamp(value: unknown): Date | undefined {
  if (typeof value === 'string') return TIMESTAMP.test(value) ? new Date(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  let latest: Date | undefined;
  for (const member of Object.values(value)) {
    const found = latestTimestamp(member);
    if (found && (!latest || found > latest)) latest = found;
  }
  return latest;
}
