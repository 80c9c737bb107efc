import type { SequencerInput, SequencerStarts } from '../../src/core/ports';
import type { createCommands } from '../../src/operator/commands';
import type { ReplayCancellation } from '../../src/operator/ports';
import { memoryCommands } from '../fakes/commands';
import { REPLAY } from '../support/events';
import type { Wish } from './commands';
import { dynamoDb } from './dynamodb';
import { Life } from './life';
import { request } from './request';
import type { RowSeen } from './wish-model';
import { strikes, type World } from './world';

/** What it told: the wish is written; nothing can be asked; somebody was there first, or nothing is known. */
export type Told = 'asked' | 'refused' | 'lost';

/** Why nothing was asked, as the tool says it: it is of no use to say the same again now. */
const REFUSED = ['RunEnded', 'ReplayNotFound', 'RowNotReadable', 'StepTooEarly'];
/** What was asked stands all the same. */
const STANDS = 'SequencerNotStarted';
/** Somebody was there first, or AWS did not answer. */
const AGAIN = ['StepLost', 'ServiceUnavailable'];
/** The most requests of one command, three points each, after which a tool may die. */
const MOST_POINTS = 15;

type Commands = ReturnType<typeof createCommands>;
/** Told of the row before each write that takes effect, of whatever attempt. */
type Written = (before: RowSeen) => void;

/**
 * The tool that people command a run with: the real one, each time a process on a computer of theirs, which may die. Its
 * requests go the way of all requests, from slower computers. Their chance is apart from that of the service's.
 */
export function commandTool(
  world: World,
  parts: {
    start(input: SequencerInput): ReturnType<SequencerStarts['start']>;
    cancelReplay(): Cancelled;
    isSending(): boolean;
  },
) {
  const { scheduler, protocol, scenario, tables, trace, checkers } = world;
  const chance = world.random('computers of people');
  const theirs: World = {
    ...world,
    requests: new Map(),
    random: (part) => world.random(`${part} of people`),
  };
  const commands = memoryCommands(tables.replays, { recordCalls: false });
  let count = 0;

  /** A connection to one service: where a computer is slow, it takes long to be made. */
  function connection(life: Life) {
    let isMade = false;
    return <P extends object>(port: P): P => {
      const methods = Object.entries(port).map(([name, method]) => {
        const slowly = async (...args: unknown[]) => {
          const isSlow = !isMade && chance.chance(0.1);
          isMade = true;
          await life.clock.sleep(chance.integer(5, isSlow ? 2_000 : 200));
          return method(...args);
        };
        return [name, slowly];
      });
      return Object.fromEntries(methods) as P;
    };
  }

  function toolOf(life: Life, written: Written, cancelledThere: () => void): Commands {
    const call = <T>(method: string, name: () => string, effect: () => Promise<T>) =>
      request(theirs, life, method, name, effect);
    const { replays, buffer } = dynamoDb(theirs, life);
    const toDynamo = connection(life);
    const toStepFunctions = connection(life);
    const toEventBridge = connection(life);
    return protocol.createCommands({
      clock: life.clock,
      replays: toDynamo(replays),
      buffer: toDynamo(buffer),
      commands: toDynamo({
        write: (run, changes, asSeen) =>
          call(
            'commands.write',
            () => `command ${JSON.stringify(changes)}`,
            async () => {
              const before = { ...tables.replays.row(run) };
              const outcome = await commands.write(run, changes, asSeen);
              if (outcome === 'written') written(before as RowSeen);
              return outcome;
            },
          ),
      }),
      starts: toStepFunctions({
        start: (input) =>
          call(
            'starts.start',
            () => `start sequencer ${input.generation}`,
            () => parts.start(input),
          ),
      }),
      cancellation: toEventBridge({
        cancel: (run) =>
          call(
            'cancellation.cancel',
            () => 'cancel the replay',
            async () => {
              if (run !== REPLAY) checkers.fail('contract', `EventBridge is asked to cancel ${run}`);
              const outcome = parts.cancelReplay();
              if (outcome === 'cancelled') cancelledThere();
              return outcome;
            },
          ),
      }),
    });
  }

  /** Somebody says to the tool what they wish. @param until What they call the end of an `until`. */
  async function say(wish: Wish, until: string | undefined, written: Written, run = REPLAY): Promise<Told> {
    const half = Math.floor(scenario.skewMs / 2);
    const life = new Life(scheduler, `person ${++count}`, chance.integer(-half, half));
    if (strikes(theirs, 'crash')) life.stopAfter(chance.integer(0, MOST_POINTS), 'dies');
    trace.note(life.name, () => `says ${JSON.stringify(wish)}`);
    let effects = 0;
    const takesEffect = () => {
      effects++;
    };
    const writes: Written = (before) => {
      takesEffect();
      written(before);
    };
    const tool = toolOf(life, writes, takesEffect);
    const died = new Promise<string>((resolve) => {
      life.died = () => resolve('it died');
    });
    const answered = asks(tool, wish, until, run).then(
      () => undefined,
      ({ code, message }) => (code as string | undefined) ?? message,
    );
    const code = await Promise.race([answered, died]);
    trace.note(life.name, () => `is told: ${code ?? 'asked'}`);
    if (code === undefined || code === STANDS) {
      if (wish.does === 'cancel' && run === REPLAY) checkers.tellsCancelled(parts.isSending());
      if (effects === 0) checkers.fail('R7', `the tool says that ${wish.does} is asked, and it is not`);
      return 'asked';
    }
    // Whose answer is lost may have been there first themselves.
    const isRefused = REFUSED.includes(code) || code === 'StepLost';
    if (isRefused && effects > 0 && scenario.faults.answerLost === 0)
      checkers.fail('R7', `the tool says ${code} of ${wish.does}, and it is asked`);
    if (REFUSED.includes(code)) return 'refused';
    if (!AGAIN.includes(code) && !life.dead) checkers.fail('contract', `the tool fails with ${code}`);
    return 'lost';
  }

  return { say };
}

export type Cancelled = Awaited<ReturnType<ReplayCancellation['cancel']>>;

function asks(tool: Commands, wish: Wish, until: string | undefined, run: string): Promise<unknown> {
  switch (wish.does) {
    case 'pause':
      return tool.pause(run);
    case 'resume':
      return tool.resume(run);
    case 'resumeWithoutDead':
      return tool.resume(run, { withoutDead: true });
    case 'cancel':
      return tool.cancel(run);
    case 'speed':
      return tool.speed(run, { speed: wish.speed });
    case 'idle':
      return tool.speed(run, { idle: wish.idle });
    case 'until':
      return tool.until(run, until);
    case 'step':
      return tool.step(run, wish.events);
  }
}
