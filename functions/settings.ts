import { OrderedReplayError } from '../src/core/errors';
import { DAY_MS, SECOND_MS } from '../src/core/limits';
import { textsOf } from '../src/core/replay/options';
import { DEFAULT_SETTINGS, SETTINGS_REMEDY, type Settings, validateSettings } from '../src/core/settings';

export type Environment = Record<string, string | undefined>;

/** @throws OrderedReplayError `InvalidSettings` naming the variable. */
export function requireVariable(env: Environment, name: string): string {
  const value = env[name];
  if (value) return value;
  throw invalid(name, 'missing or empty', 'a value');
}

/**
 * Settings from the function's environment; what is not set there has the default.
 *
 * @throws OrderedReplayError `InvalidSettings` naming the variable or setting, its value and what is allowed.
 */
export function readSettings(env: Environment): Settings {
  const defaults = DEFAULT_SETTINGS;
  const scaled = (name: string, unitMs: number, defaultMs: number) =>
    numberFrom(env, name, unitMs) ?? defaultMs;
  return validateSettings({
    ...defaults,
    options: textsOf((option) => env[variableOf(option)] || defaults.options[option]),
    tiebreaker: env.TIEBREAKER ?? defaults.tiebreaker,
    tiebreakerType: (env.TIEBREAKER_TYPE || defaults.tiebreakerType) as Settings['tiebreakerType'],
    buckets: numberFrom(env, 'BUCKETS') ?? defaults.buckets,
    groupCount: numberFrom(env, 'GROUP_COUNT') ?? defaults.groupCount,
    retentionMs: scaled('RETENTION_DAYS', DAY_MS, defaults.retentionMs),
    maximumEventAgeMs: scaled('MAXIMUM_EVENT_AGE_SECONDS', SECOND_MS, defaults.maximumEventAgeMs),
    collectExecutionMs: scaled('COLLECT_EXECUTION_SECONDS', SECOND_MS, defaults.collectExecutionMs),
    collectTimeoutMs: scaled('COLLECT_TIMEOUT_SECONDS', SECOND_MS, defaults.collectTimeoutMs),
  });
}

/** The variable of a setting: `ORDERING_KEY` of `orderingKey`. */
export function variableOf(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function numberFrom(env: Environment, name: string, unit = 1): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw invalid(name, `"${text}"`, 'a number');
  return value * unit;
}

function invalid(name: string, is: string, allowed: string): OrderedReplayError {
  return new OrderedReplayError(
    'InvalidSettings',
    `The environment variable ${name} is ${is}; needed is ${allowed}.`,
    {
      remedy: SETTINGS_REMEDY,
    },
  );
}
