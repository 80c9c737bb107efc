import type { JsonObject } from '../../core/event';
import { compilePattern } from './event-pattern';

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

/** Hands an event to a rule's target; never throws, delivery is the target's own affair. */
export type Deliver = (target: Target, event: JsonObject) => void;

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

  /** @param ruleArns only these rules see the event, as a replay's `FilterArns` ask. */
  publish(event: JsonObject, ruleArns: readonly string[] = []): void {
    for (const rule of this.rules.values()) {
      if (ruleArns.length > 0 && !ruleArns.includes(rule.arn)) continue;
      if (!rule.matches(event)) continue;
      for (const target of rule.targets.values()) this.#deliver(target, event);
    }
  }
}
