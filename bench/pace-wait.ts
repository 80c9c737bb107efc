import type { JsonObject } from '../src/core/json';
import { LocalStateMachine } from '../src/local/state-machine';
import { COMPUTE_WAIT_ARN, computeWait, readBaseline, WRITE_RESOURCE } from './baseline/compute-wait';
import { FIRST_EVENT_MS } from './events';

const MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:paced';

/**
 * The sequencer of the other design, on its own: an execution for each event, started at once, and a write that takes
 * no time.
 *
 * @returns of each event, how far from its due time it was written, in either direction, milliseconds.
 */
export async function waitDeviations(events: JsonObject[], speed: number): Promise<number[]> {
  const deviations: number[] = [];
  const startMs = performance.timeOrigin + performance.now();
  const written = (text: string) => {
    const { time } = JSON.parse(text) as { time: string };
    const dueMs = startMs + (Date.parse(time) - FIRST_EVENT_MS) / speed;
    deviations.push(Math.abs(performance.timeOrigin + performance.now() - dueMs));
  };
  const machine = new LocalStateMachine(
    { arn: MACHINE_ARN, type: 'STANDARD', definition: await readBaseline('table') },
    async (resource, input) => {
      if (resource === COMPUTE_WAIT_ARN) return computeWait(input as JsonObject, FIRST_EVENT_MS, speed);
      if (resource !== WRITE_RESOURCE) throw new Error(`${resource} was not to be reached`);
      written((input as Write).ExpressionAttributeValues[':event'].S);
      return {};
    },
  );
  for (const event of events) machine.start(String(event.id), JSON.stringify(event));
  await machine.idle();
  if (machine.failures > 0 || deviations.length < events.length) {
    throw new Error(
      `${deviations.length} of ${events.length} written, ${machine.failures} executions failed`,
    );
  }
  return deviations;
}

interface Write {
  ExpressionAttributeValues: { ':event': { S: string } };
}
