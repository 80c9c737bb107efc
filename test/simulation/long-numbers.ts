import type { JsonObject } from '../../src/core/json';
import { readExactJson, writeExactJson } from '../../src/local/exact-json';
import type { Random } from '../../src/local/random';
import { eventOf } from '../support/events';
import type { Scenario, SketchPlan } from './scenario';

/* Events whose tiebreakers and ordering keys are integers that JavaScript's numbers do not hold. */

/** As EventBridge sends it. Its text is that of `textOf`. */
export function eventFor(plan: SketchPlan): JsonObject {
  const event = eventOf(plan);
  return plan.isLong ? { ...event, detail: readExactJson(detailOf(plan)) } : event;
}

/** The event as text: on the state machine's road, and in a queue. */
export const textOf: (event: unknown) => string = writeExactJson;

export function detailOf({ key, sequence }: SketchPlan): string {
  return `{"orderId":${numberOf(key)},"sequence":${numberOf(sequence)},"price":1.10}`;
}

/** A scenario that was made smaller has others, too. */
function numberOf(value: unknown): string {
  return /^\d+$/.test(String(value)) ? String(value) : JSON.stringify(value ?? null);
}

export function longOrder(a: SketchPlan, b: SketchPlan): number {
  return Number(BigInt(a.sequence ?? -1) - BigInt(b.sequence ?? -1));
}

/** Some by the side road, all within few seconds. */
export function withLongNumbers(scenario: Scenario, random: Random): Scenario {
  const events = scenario.events.map((plan) => ({
    ...plan,
    second: plan.second % 3,
    sequence: String(1_763_942_400_000_000_100n + BigInt(random.integer(0, 40))),
    key: String(2n ** 53n + BigInt(random.integer(0, 3))),
    isLong: true as const,
  }));
  const playback = { ...scenario.playback, bySequence: random.chance(0.9) };
  return { ...scenario, events, playback, faults: { ...scenario.faults, oversized: 0.2 } };
}
