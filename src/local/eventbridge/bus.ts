import type { JsonObject } from '../../core/json';
import { compilePattern } from '../../pattern/event-pattern';
import type { BusEvent } from './bus-event';

export interface Target {
  id: string;
  arn: string;
}

export interface Rule {
  name: string;
  arn: string;
  /** The event pattern as it was given. */
  pattern: string;
  matches: (event: JsonObject) => boolean;
  targets: Map<string, Target>;
}

/** Hands an event to a rule's target; resolves when the target or the dead-letter queue has it, never throws. */
export type Deliver = (target: Target, event: BusEvent) => Promise<void>;

/** An event bus: routes each event to the targets of the rules that match it. */
export class EventBus {
  readonly name: string;
  readonly arn: string;
  readonly rules = new Map<string, Rule>();
  readonly #deliver: Deliver;

  constructor(name: string, arn: string, deliver: Deliver) {
    this.name = name;
    this.arn = arn;
    this.#deliver = deliver;
  }

  /** @throws InvalidEventPatternError where the pattern is not valid. */
  putRule(name: string, pattern: string): Rule {
    const rule = {
      name,
      arn: this.arn.replace(':event-bus/', ':rule/').concat('/', name),
      pattern,
      matches: compilePattern(pattern),
      targets: this.rules.get(name)?.targets ?? new Map<string, Target>(),
    };
    this.rules.set(name, rule);
    return rule;
  }

  /**
   * Resolves when every target has the event.
   *
   * @param ruleArns only these rules see the event, as a replay's `FilterArns` ask; empty for all.
   */
  async publish(event: BusEvent, ruleArns: readonly string[] = []): Promise<void> {
    const rules = [...this.rules.values()].filter(
      (rule) => (ruleArns.length === 0 || ruleArns.includes(rule.arn)) && rule.matches(event.envelope),
    );
    const targets = rules.flatMap((rule) => [...rule.targets.values()]);
    await Promise.all(targets.map((target) => this.#deliver(target, event)));
  }
}
