import { originalOrder, REPLAY, WINDOW_START_MS } from '../support/events';
import { longOrder } from './long-numbers';
import type { SetEvent } from './pace-oracle';
import type { Playback } from './playback';
import type { Tables } from './protocol';
import type { Scenario, SketchPlan } from './scenario';

const MOST_IDS_KNOWN = 1_000;

/**
 * What the checkers know of a run of a scenario without asking the code: events, their lanes, their order, when they are due.
 *
 * @param playback Of this run.
 */
export function createOracle(scenario: Scenario, tables: Tables, playback: Playback = scenario.playback) {
  const { speed, idleMs, byKey, bySequence } = playback;
  const plans = new Map(scenario.events.map((plan) => [plan.id, plan]));

  function order(a: SketchPlan, b: SketchPlan): number {
    if (bySequence && a.isLong && b.isLong) return a.second - b.second || longOrder(a, b) || orderOfIds(a, b);
    if (bySequence) return originalOrder(a, b);
    return originalOrder({ ...a, sequence: undefined }, { ...b, sequence: undefined });
  }

  function orderOfIds(a: SketchPlan, b: SketchPlan): number {
    return Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
  }

  /** Everything in the buffer, by the events' ids. */
  function stored() {
    return new Map(tables.buffer.stored(REPLAY).map((each) => [idIn(each.json), each]));
  }

  /** The ids of the set: what is stored and not late. */
  function inTheSet(): string[] {
    return [...stored()].filter(([, { late }]) => !late).map(([id]) => id);
  }

  const laneOf = (plan: SketchPlan) => (byKey ? plan.key : '');
  const inOrder = (ids: Iterable<string>) => [...ids].map((id) => plans.get(id) as SketchPlan).sort(order);

  return {
    order,
    stored,
    inTheSet,
    plan: (id: string) => plans.get(id),
    laneOf,
    /** The lanes as they are to be in the end, with these events. */
    lanesOf(ids: Iterable<string>): Map<string, string[]> {
      const lanes = new Map<string, string[]>();
      for (const plan of inOrder(new Set(ids))) {
        lanes.set(laneOf(plan), [...(lanes.get(laneOf(plan)) ?? []), plan.id]);
      }
      return lanes;
    },
    /** The set, as it now is, with the positions that it has in its table. */
    setInOrder(): SetEvent[] {
      const events = stored();
      return inOrder(inTheSet()).map(({ id, second }) => ({
        id,
        position: events.get(id)?.position as string,
        timeMs: WINDOW_START_MS + 1_000 * second,
      }));
    },
    /** When each of these events is due, from the start that the row names. */
    dueTimes(ids: Iterable<string>, startMs: number): Map<string, number> {
      const times = new Map<string, number>();
      let dueMs = startMs;
      let previous: SketchPlan | undefined;
      for (const plan of inOrder(ids)) {
        if (previous) dueMs += Math.min(((plan.second - previous.second) * 1_000) / speed, idleMs);
        times.set(plan.id, dueMs);
        previous = plan;
      }
      return times;
    },
  };
}

export type Oracle = ReturnType<typeof createOracle>;

const idsKnown = new Map<string, string>();

/** The id of an event, which is asked for often. */
export function idIn(json: string): string {
  let id = idsKnown.get(json);
  if (id === undefined) {
    if (idsKnown.size > MOST_IDS_KNOWN) idsKnown.clear();
    id = (JSON.parse(json) as { id: string }).id;
    idsKnown.set(json, id);
  }
  return id;
}
