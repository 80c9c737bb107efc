import type { CollectInput } from '../../functions/collect';
import { silentTelemetry } from '../../functions/telemetry';
import type { JsonObject } from '../../src/core/json';
import type { SequencerExecutions, SequencerInput } from '../../src/core/ports';
import type { SequencerState } from '../../src/core/replay/call';
import type { RowChanges } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import { HEAL_TIMEOUT_MS, SEQUENCE_TIMEOUT_MS } from '../../src/local/local-settings';
import { REPLAY } from '../support/events';
import { commandTool } from './command-tool';
import { consumer } from './consumer';
import { dynamoDb } from './dynamodb';
import { eventBridge } from './eventbridge';
import { healer } from './healer';
import { type CollectCall, callLost, createFunction } from './lambda';
import type { Life } from './life';
import { operator } from './operator';
import { people } from './people';
import { request } from './request';
import { sideRoad } from './side-road';
import { expressCollect, standardSequence } from './step-functions';
import { laneStream } from './stream';
import { rerunTool } from './tool';
import type { World } from './world';

/** Sets up the cloud around a scenario and lets it go on until nothing happens any more. */
export async function playOut(world: World): Promise<void> {
  const { scenario, scheduler, protocol, settings, checkers, tables, starts } = world;
  const isDoomed = countdown(new Map(scenario.events.map(({ id, cursed = 0 }) => [id, cursed])));
  const isLost = countdown(new Map(scenario.events.map(({ id, unreachable = 0 }) => [id, unreachable])));

  let retentionMs = settings.retentionMs;
  /** What the functions have: a deployment may change it. */
  const deployed: Settings = {
    ...settings,
    get retentionMs() {
      return retentionMs;
    },
  };

  const collect = createFunction(world, {
    name: 'collect',
    timeoutMs: settings.collectTimeoutMs,
    crashPoints: 12,
    start(life) {
      const handler = protocol.createCollectHandler({
        ...dynamoDb(world, life),
        clock: life.clock,
        starts: sequencerExecutions(life),
        settings: protocol.bendSettings?.(deployed, 'collect') ?? deployed,
        telemetry: { ...silentTelemetry, count: (metric) => metric === 'late' && checkers.tellsLate() },
      });
      return (input) => handler(input as CollectInput);
    },
  });
  const sequence = createFunction(world, {
    name: 'sequence',
    timeoutMs: scenario.sequenceCallMs ?? SEQUENCE_TIMEOUT_MS,
    crashPoints: 80,
    start(life) {
      const handler = protocol.createSequenceHandler({
        ...dynamoDb(world, life),
        clock: life.clock,
        status: bus.status(life),
        queues: road.depths(life),
        settings: protocol.bendSettings?.(deployed, 'sequence') ?? deployed,
        telemetry: silentTelemetry,
      });
      return (input, context) => {
        checkers.callBegins(life, (input as SequencerState).generation);
        return handler(input as SequencerState, context);
      };
    },
  });

  const heal = createFunction(world, {
    name: 'heal',
    timeoutMs: HEAL_TIMEOUT_MS,
    crashPoints: 20,
    start(life) {
      const { replays } = dynamoDb(world, life);
      const { clock } = life;
      return protocol.createHealHandler({
        replays,
        clock,
        executions: sequencerExecutions(life),
        telemetry: {
          ...silentTelemetry,
          count: (metric) => metric === 'needsPerson' && checkers.callsPerson(),
        },
      });
    },
  });

  const callCollect: CollectCall = (input, events) => {
    const lost = events.filter(isLost).length > 0;
    const dies = events.filter(isDoomed).length > 0;
    return lost ? callLost(world) : collect(input, dies);
  };

  const healing = healer(world, heal);
  const machines = standardSequence(world, { sequence, ended: sequencerEnded });
  const road = sideRoad(world, {
    collect: callCollect,
    died(event) {
      checkers.dead(event.id as string);
      person.dead();
    },
  });
  const express = expressCollect(world, { collect: callCollect, park: road.park });
  const bus = eventBridge(world, { start: express, overflow: road.park });
  const stream = laneStream(world, { consume: consumer(world) });
  const person = operator(world, road);
  const commands = commandTool(world, {
    start: startByTool,
    cancelReplay: bus.cancel,
    isSending: bus.isSending,
  });
  const others = people(world, commands);
  const tool = rerunTool(world, { executions: sequencerExecutions, commands });

  function sequencerExecutions(life: Life): SequencerExecutions {
    return {
      start: (input) =>
        request(
          world,
          life,
          'starts.start',
          () => `start sequencer ${input.generation}`,
          async () => {
            checkers.starts(input);
            const outcome = await world.starts.start(input);
            machines.launch();
            return outcome;
          },
        ),
      status: (input) =>
        request(
          world,
          life,
          'starts.status',
          () => `describe sequencer ${input.generation}`,
          () => world.starts.status(input),
        ),
    };
  }

  function sequencerEnded(input: SequencerInput, how: 'succeeded' | 'failed' | 'aborted'): void {
    if (how === 'succeeded') return;
    healing.executionEnded(input, how === 'aborted' ? 'ABORTED' : 'FAILED');
    if (how === 'aborted' && scenario.rescue === 'byHand') scheduler.spawn(startNextByHand, 60_000);
  }

  async function startByTool(input: SequencerInput): Promise<'started' | 'ended'> {
    const outcome = await starts.start(input);
    if (outcome === 'started') checkers.startsOtherwise(input, false);
    machines.launch();
    return outcome;
  }

  async function startNextByHand(): Promise<void> {
    const row = tables.replays.row(REPLAY);
    if (!row) return;
    const input = { replay: REPLAY, generation: row.generation + 1 };
    checkers.startsOtherwise(input, false);
    await starts.start(input);
    machines.launch();
  }

  function rowMade(): void {
    person.rowMade();
    others.rowMade();
    const { retentionBecomes } = scenario;
    if (retentionBecomes) {
      scheduler.at(retentionBecomes.afterMs, () => {
        retentionMs = retentionBecomes.ms;
      });
    }
    for (const generation of scenario.sequencersBesides ?? []) {
      machines.startByHand({ replay: REPLAY, generation });
    }
  }

  for (const generation of scenario.namesUsedUp ?? []) starts.end({ replay: REPLAY, generation });
  Object.assign(world.listeners, {
    completed: tool.completed,
    rowMade,
    rowSaved(changes: RowChanges): void {
      person.rowSaved(changes);
      others.rowSaved(changes);
      tool.rowSaved(changes);
    },
    rerunMade(run: string): void {
      tool.rerunMade(run);
      healing.goesOn();
    },
    appended(): void {
      stream.publish();
      others.appended();
    },
  });
  person.makesRow();
  scheduler.spawn(bus.replay);
  others.started();
  for (let rounds = 0; rounds < 3; rounds++) {
    healing.goesOn();
    if (!(await scheduler.run())) return checkers.fail('R7', 'the run never ends');
    checkers.atRest();
    if (checkers.violation || !person.comesBack()) break;
  }
  if (!checkers.violation) {
    checkers.atTheEnd(new Set(road.queues.deadLetters.map(({ event }) => event.id as string)));
  }
}

/** True of an event for as long as it has something left. */
function countdown(left: Map<string, number>): (event: JsonObject) => boolean {
  return ({ id }) => {
    const before = left.get(id as string) ?? 0;
    left.set(id as string, before - 1);
    return before > 0;
  };
}
