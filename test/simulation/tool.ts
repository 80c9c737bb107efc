import type { SequencerExecutions } from '../../src/core/ports';
import type { RowChanges } from '../../src/core/replay/row';
import type { RerunRequest } from '../../src/operator/run-request';
import { REPLAY, WINDOW_START_MS } from '../support/events';
import type { commandTool } from './command-tool';
import { dynamoDb } from './dynamodb';
import type { Life } from './life';
import { idIn } from './oracle';
import { descriptionOf } from './playback';
import type { Asked, Place, PlannedRerun } from './rerun-plan';
import type { World } from './world';

const AGAIN_AFTER_MS = 60_000;
const MOST_ATTEMPTS = 5;

type Told = { kind: 'run'; run: string } | { kind: 'refused'; code: string } | { kind: 'unknown' };

/** People who ask for other runs, and their tool: a program on a host of theirs, which may die. */
export function rerunTool(
  world: World,
  parts: { executions(life: Life): SequencerExecutions; commands: ReturnType<typeof commandTool> },
) {
  const { scenario, scheduler, protocol, checkers, tables, trace } = world;
  const seen = new Set<string>();

  function sees(what: PlannedRerun['when']): void {
    if (seen.has(what)) return;
    seen.add(what);
    for (const [who, plan] of (scenario.reruns ?? []).entries()) {
      if (plan.when === what) scheduler.spawn(() => ask(who, plan), plan.afterMs);
    }
  }

  async function ask(who: number, plan: PlannedRerun): Promise<void> {
    const asked = askedNow(plan);
    // Nobody can name a place that is not there, nor ask for nothing.
    if (!asked) return;
    checkers.reruns.asks(who, asked);
    const told: { name?: string } = {};
    let gone = 0;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const { name } = told;
      const outcome = await attemptTo(`${who} ${attempt}`, asked, plan, told, attempt === 1);
      if (outcome.kind === 'refused') {
        if (gone === 0) checkers.rerunRefused(who, outcome.code, name);
        return;
      }
      if (outcome.kind === 'run') {
        gone++;
        checkers.rerunGot(who, outcome.run);
        if (!plan.again || gone > 1) return;
      }
      await scheduler.sleep(AGAIN_AFTER_MS);
    }
  }

  async function attemptTo(
    requestId: string,
    asked: Asked,
    plan: PlannedRerun,
    told: { name?: string },
    isFirst: boolean,
  ): Promise<Told> {
    const life = world.newLife('tool');
    if (isFirst && plan.dies !== undefined) life.stopAfter(plan.dies, 'dies');
    trace.note(life.name, () => `asks for another run${told.name ? `, ${told.name}` : ''}`);
    const died = new Promise<Told>((resolve) => {
      life.died = () => resolve({ kind: 'unknown' });
    });
    const { buffer, replays } = dynamoDb(world, life);
    const request: RerunRequest = {
      replay: REPLAY,
      include: asked.include,
      ...asked.texts,
      ...(asked.consumers && { consumers: asked.consumers }),
      ...optionsOf(plan),
      ...(told.name && { name: told.name }),
    };
    const done = protocol
      .rerun(request, {
        clock: life.clock,
        buffer,
        replays,
        runs: replays,
        starts: parts.executions(life),
        newId: () => requestId,
        observer: {
          naming: (run) => {
            told.name = run;
          },
          notStarted: () => undefined,
        },
      })
      .then(
        (run): Told => ({ kind: 'run', run }),
        ({ code }): Told => {
          if (code === 'ServiceUnavailable') return { kind: 'unknown' };
          if (typeof code !== 'string' || code === 'InvalidOption')
            checkers.fail('contract', `the tool fails with ${code}`);
          return { kind: 'refused', code };
        },
      );
    const outcome = await Promise.race([done, died]);
    trace.note(life.name, () => `ends: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** The words of a description, as the same options of a request. */
  function optionsOf({ playback }: PlannedRerun): Partial<RerunRequest> {
    if (!playback) return {};
    const words = descriptionOf({ ...scenario.playback, ...playback }).split(' ');
    return Object.fromEntries(words.map((word) => word.split('=')));
  }

  function askedNow(plan: PlannedRerun): Asked | undefined {
    const { include, from, to, consumers, playback } = plan;
    const after = plan.after === 'checkpoint' ? checkpointPlace() : plan.after;
    const places = { from, after, to };
    const texts: Asked['texts'] = {};
    for (const name of ['from', 'after', 'to'] as const) {
      const place = places[name];
      if (!place) continue;
      const text = textOf(place);
      if (text === undefined) return undefined;
      texts[name] = text;
    }
    const first = texts.from ?? texts.after;
    if (first !== undefined && texts.to !== undefined && texts.to <= `${first}~`) return undefined;
    return { include, from, after, to, texts, consumers, playback: { ...scenario.playback, ...playback } };
  }

  function textOf({ second, event }: Place): string | undefined {
    if (event !== undefined)
      return tables.buffer.stored(REPLAY).find(({ json }) => idIn(json) === event)?.position;
    return `${new Date(WINDOW_START_MS + (second as number) * 1_000).toISOString().slice(0, -1)}000000Z`;
  }

  function checkpointPlace(): Place | undefined {
    const position = tables.replays.row(REPLAY)?.checkpoint?.position;
    const event = tables.buffer.stored(REPLAY).find((each) => each.position === position);
    return event && { event: idIn(event.json) };
  }

  return {
    completed: () => sees('completed'),
    rowSaved({ phase }: RowChanges): void {
      if (phase === 'SEALED' || phase === 'RELEASING') sees(phase);
      if (phase === 'DONE' || phase === 'CANCELLED' || phase === 'FAILED') sees('ended');
    },
    rerunMade(run: string): void {
      const who = Number(tables.replays.row(run)?.requestId?.split(' ')[0]);
      const { cancelAfterMs } = scenario.reruns?.[who] ?? {};
      if (cancelAfterMs === undefined) return;
      if (world.random('who cancels').chance(0.5)) scheduler.spawn(() => cancelByTool(run), cancelAfterMs);
      else scheduler.at(cancelAfterMs, () => cancel(run));
    },
  };

  /** With the tool; the row has the wish, and the sequencer ends the run. */
  async function cancelByTool(run: string): Promise<void> {
    const written = () => checkers.reruns.of(run)?.toEnd();
    for (let tries = 0; tries < MOST_ATTEMPTS; tries++) {
      if ((await parts.commands.say({ does: 'cancel' }, undefined, written, run)) !== 'lost') return;
    }
  }

  function cancel(run: string): void {
    const row = tables.replays.row(run);
    if (!row || (row.phase !== 'SEALED' && row.phase !== 'RELEASING')) return;
    trace.note('operator', () => `sets ${run} to CANCELLED`);
    row.phase = 'CANCELLED';
    checkers.reruns.of(run)?.cancelled();
  }
}
