import type { Faults, Scenario } from './scenario';

/** Nothing goes wrong. */
export const CALM: Faults = {
  duplicate: 0,
  targetThrottled: 0,
  oversized: 0,
  expressTwice: 0,
  crash: 0,
  hang: 0,
  zombie: 0,
  lambdaThrottled: 0,
  coldStart: 0,
  standstill: 0,
  slowRequest: 0,
  requestThrottled: 0,
  answerLost: 0,
  parkFails: 0,
  messageTwice: 0,
  handlerFails: 0,
  handlerSlow: 0,
  handlerHangs: 0,
  iteratorRestart: 0,
};

/** The highest rates that any scenario may have: high enough to matter, low enough for retries to get through. */
export const MOST: Omit<Faults, 'standstill'> = {
  duplicate: 0.3,
  targetThrottled: 0.5,
  oversized: 0.2,
  expressTwice: 0.2,
  crash: 0.15,
  hang: 0.05,
  zombie: 0.1,
  lambdaThrottled: 0.1,
  coldStart: 0.5,
  slowRequest: 0.1,
  requestThrottled: 0.15,
  answerLost: 0.08,
  parkFails: 0.3,
  messageTwice: 0.1,
  handlerFails: 0.05,
  handlerSlow: 0.04,
  handlerHangs: 0.02,
  iteratorRestart: 0.15,
};

/** Nothing goes wrong but what nobody notices: events that come twice, and cold starts. */
export function isCalm({ faults }: Scenario): boolean {
  const harmless: readonly string[] = ['duplicate', 'coldStart'];
  return Object.entries(faults).every(([name, probability]) => probability === 0 || harmless.includes(name));
}

/** Only one process at a time looks after the run, and nothing keeps it from doing so. */
export function isUndisturbed(scenario: Scenario): boolean {
  const { refuses, concurrency, noCapacity, outage, dies, standsStill, readMs, typing } = scenario;
  const { failSequencersAfterMs, abortSequencerAfterMs, sequencersBesides, namesUsedUp } = scenario;
  const disturbances = [
    ...[refuses, concurrency, noCapacity, outage, dies, standsStill, readMs, typing],
    ...[failSequencersAfterMs, abortSequencerAfterMs, sequencersBesides, namesUsedUp],
  ];
  return isCalm(scenario) && disturbances.every((each) => each === undefined);
}
