import type { JsonObject } from '../../src/core/json';
import type { ReplayDescription, ReplayStatus } from '../../src/core/ports';
import { WINDOW_START_MS } from '../support/events';
import type { Cancelled } from './command-tool';
import type { Life } from './life';
import { eventFor } from './long-numbers';
import { request } from './request';
import { descriptionFor, type SketchPlan } from './scenario';
import { strikes, type World } from './world';

/** How far behind an answer of DescribeReplay may be; nothing is promised, so it may also fall back. */
const STATE_LAG_MS = 20_000;
/** A stalled replay: long enough for a sequencer to go on as the next generation. */
const STALL_MS = 2.2 * 3_600_000;
/** A long one: some 3,000 steps of at least nine history events fill the history of an execution that does not end before. */
const LONG_STALL_MS = 13.5 * 3_600_000;
const LEAST_WINDOW_MS = 300_000;
/** An event that was held up is tried within so long of when it was to be. */
const OVERDUE_MS = 100;

/**
 * EventBridge replays an archive onto its bus, and a rule's target takes the events.
 *
 * - By event time, minute by minute, in no order inside one: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
 * - Each event at least once; what the target does not take is tried again until `MaximumEventAgeInSeconds`, then goes
 *   to the target's dead-letter queue, our Overflow: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 * - What the target can never take goes there at once, as an event over the 256 KiB of input that Step Functions takes:
 *   https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html,
 *   https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * - `MaximumEventAgeInSeconds` bounds the retries and not the wait before the first attempt. Over a Region's invocations
 *   quota events "still happen but they are delayed", for minutes after COMPLETED:
 *   https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html. What is assumed of it: the rule gets one at
 *   least every `maxArrivalGapMs` until all have been tried.
 * - A replay can be cancelled, and can fail; what was sent before still arrives:
 *   https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html
 *
 * `EventLastReplayedTime` lags too; the code does not read it.
 */
export function eventBridge(
  world: World,
  parts: { start(event: JsonObject): void; overflow(event: JsonObject): void },
) {
  const { scenario, scheduler, settings, trace, checkers } = world;
  const random = world.random('eventbridge');
  const lastMs = 1_000 * Math.max(0, ...scenario.events.map(({ second }) => second));
  const window = { fromMs: WINDOW_START_MS, toMs: WINDOW_START_MS + Math.max(LEAST_WINDOW_MS, lastMs) };
  const states: { sinceMs: number; state: ReplayDescription['state'] }[] = [];

  /** Somebody has cancelled it. */
  let isCancelled = false;

  function enter(state: ReplayDescription['state']): void {
    trace.note('EventBridge', () => `the replay is ${state}`);
    states.push({ sinceMs: scheduler.nowMs, state });
  }

  /** One delivery: attempts until the target takes the event or it is too old, counted from the first. */
  async function deliver(plan: SketchPlan, event: JsonObject): Promise<void> {
    const sentMs = scheduler.nowMs;
    const inMs =
      plan.firstTriedAfterMs === undefined ? random.integer(20, 600) : random.integer(0, OVERDUE_MS);
    await scheduler.sleep(inMs + (plan.throttledMs ?? 0));
    if (strikes(world, 'oversized')) return toOverflow(plan, event, 'too large for the target');
    while (strikes(world, 'targetThrottled')) {
      const leftMs = Math.max(0, sentMs + settings.maximumEventAgeMs - scheduler.nowMs);
      const waitMs = random.integer(500, 25_000);
      await scheduler.sleep(Math.min(waitMs, leftMs));
      if (waitMs < leftMs) continue;
      demandYoung(sentMs);
      return toOverflow(plan, event, 'too old');
    }
    demandYoung(sentMs);
    trace.note('EventBridge', () => `the target takes ${plan.id}`);
    checkers.delivered();
    parts.start(event);
  }

  /** What the settle time is counted from. */
  function demandYoung(sentMs: number): void {
    const ageMs = scheduler.nowMs - sentMs;
    if (ageMs <= settings.maximumEventAgeMs) return;
    checkers.fail('contract', `EventBridge still has an event after ${ageMs} ms`);
  }

  function toOverflow(plan: SketchPlan, event: JsonObject, why: string): void {
    trace.note('EventBridge', () => `${plan.id} goes to Overflow: ${why}`);
    checkers.delivered();
    parts.overflow(event);
  }

  function send(plan: SketchPlan): void {
    checkers.accepted(plan);
    if (plan.firstTriedAfterMs === undefined) attempt(plan);
  }

  function attempt(plan: SketchPlan): void {
    const event = { ...eventFor(plan), ...flawOf(plan) };
    scheduler.spawn(() => deliver(plan, event));
    if (strikes(world, 'duplicate')) scheduler.spawn(() => deliver(plan, event), random.integer(0, 5_000));
  }

  /** What the Region's quota has held up, in turn; however long it was to wait, never too long after the one before. */
  async function drain(lastTriedMs: number): Promise<void> {
    const completedMs = scheduler.nowMs;
    let latestMs = lastTriedMs;
    const delayed = scenario.events.filter(({ firstTriedAfterMs }) => firstTriedAfterMs !== undefined);
    const dueMs = ({ firstTriedAfterMs = 0 }: SketchPlan) => completedMs + firstTriedAfterMs;
    for (const plan of delayed.sort((a, b) => dueMs(a) - dueMs(b))) {
      latestMs = Math.min(dueMs(plan), latestMs + settings.maxArrivalGapMs - OVERDUE_MS);
      await scheduler.sleep(latestMs - scheduler.nowMs);
      attempt(plan);
    }
  }

  async function replay(): Promise<void> {
    enter('STARTING');
    await scheduler.sleep(random.integer(0, 10_000));
    if (isCancelled) return;
    enter('RUNNING');
    const promised = scenario.events.filter(({ strayMs }) => strayMs === undefined);
    const inOrder = scenario.inAnyOrder
      ? random.shuffle(promised)
      : minuteByMinute(promised, (minute) => random.shuffle(minute));
    const stopsAt = random.integer(0, inOrder.length);
    const burst = random.chance(0.5);
    let lastTriedMs = scheduler.nowMs;
    for (const [n, plan] of inOrder.entries()) {
      if (isCancelled) return;
      if (scenario.replay === 'isCancelled' && n === stopsAt) {
        enter('CANCELLING');
        await scheduler.sleep(random.integer(0, 5_000));
        return enter('CANCELLED');
      }
      if (scenario.replay === 'fails' && n === stopsAt) return enter('FAILED');
      send(plan);
      if (plan.firstTriedAfterMs === undefined) lastTriedMs = scheduler.nowMs;
      const { eventsPerSecond } = scenario;
      const isAtOnce = burst || plan.firstTriedAfterMs !== undefined;
      if (eventsPerSecond) await scheduler.sleep(1_000 / eventsPerSecond);
      else await scheduler.sleep(isAtOnce ? random.integer(0, 20) : random.integer(0, 10_000));
      if (n > 0) continue;
      if (scenario.replay === 'stalls') await scheduler.sleep(STALL_MS);
      if (scenario.replay === 'stallsForHalfADay') await scheduler.sleep(LONG_STALL_MS);
    }
    await scheduler.sleep(random.integer(0, 3_000));
    if (isCancelled) return;
    enter(
      scenario.replay === 'isCancelled' ? 'CANCELLED' : scenario.replay === 'fails' ? 'FAILED' : 'COMPLETED',
    );
    checkers.completed();
    world.listeners.completed();
    scheduler.spawn(() => drain(lastTriedMs));
    for (const plan of scenario.events) {
      for (const afterMs of plan.strayMs ?? []) scheduler.at(afterMs, () => send(plan));
    }
  }

  function isSending(): boolean {
    const now = states.at(-1)?.state;
    return now === 'STARTING' || now === 'RUNNING';
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html: only what is under way. */
  function cancel(): Cancelled {
    if (states.length === 0) return 'unknown';
    if (!isSending()) return 'over';
    isCancelled = true;
    checkers.cancelledThere();
    enter('CANCELLING');
    scheduler.at(world.random('cancellation').integer(0, 5_000), () => enter('CANCELLED'));
    return 'cancelled';
  }

  return {
    replay,
    cancel,
    isSending,
    status(life: Life): ReplayStatus {
      return {
        describe: () =>
          request(
            world,
            life,
            'status.describe',
            () => 'describe replay',
            async () => {
              const asOfMs = scheduler.nowMs - random.integer(0, STATE_LAG_MS);
              const seen = states.findLast(({ sinceMs }) => sinceMs <= asOfMs) ?? states[0];
              return {
                state: seen?.state ?? 'STARTING',
                description: descriptionFor(scenario),
                window,
              };
            },
          ),
      };
    },
  };
}

export type EventBridge = ReturnType<typeof eventBridge>;

function flawOf({ bad }: SketchPlan): JsonObject {
  if (bad === 'tiebreaker') return { detail: { sequence: true } };
  return bad ? { time: '' } : {};
}

function minuteByMinute(events: SketchPlan[], shuffle: (minute: SketchPlan[]) => SketchPlan[]): SketchPlan[] {
  const minutes = new Map<number, SketchPlan[]>();
  for (const event of [...events].sort((a, b) => a.second - b.second)) {
    const minute = Math.floor(event.second / 60);
    minutes.set(minute, [...(minutes.get(minute) ?? []), event]);
  }
  return [...minutes.values()].flatMap(shuffle);
}
