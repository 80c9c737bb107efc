import { addressesWith } from '../support/addresses';
import { describeWith } from '../support/tools';
import { aborted } from './cases/aborted';
import { refused } from './cases/access';
import { type Case, milestone, type World } from './cases/case';
import { failsTwice, neverSucceeds } from './cases/consumers';
import { redrivenAfterTheSeal, redrivenBeforeTheSeal } from './cases/dead-letters';
import { badDescription, cancelledAtEventBridge, cancelledInTheRow } from './cases/endings';
import { bursts, duplicates, orderingKeys, twoAtOnce } from './cases/order';
import { pace } from './cases/pace';
import { restart } from './cases/restart';
import { large, throttled } from './cases/side-road';
import { steered } from './cases/steered';
import { type Emulator, startEmulator } from './world/emulator';
import { figures } from './world/figures';
import { deployConsumers, deployStack, STAGES, type Stack } from './world/stacks';

const SIDE_BY_SIDE: Case[] = [
  throttled,
  redrivenBeforeTheSeal,
  redrivenAfterTheSeal,
  bursts,
  duplicates,
  twoAtOnce,
  orderingKeys,
  pace,
  failsTwice,
  neverSucceeds,
  badDescription,
  cancelledAtEventBridge,
  cancelledInTheRow,
  aborted,
  steered,
  large,
  refused,
];
const CASES = [...SIDE_BY_SIDE, restart];

/** Deploying three stacks and a service, on two busy cores. */
const SET_UP_MS = 300_000;
const CASE_MS = 600_000;
const CLEAN_UP_MS = 60_000;
/** Of the emulator's log, where a case fails: about what it writes in the last looks of all cases. */
const LOG_TAIL_BYTES = 8 * 1024;

describeWith(['python', 'openssl'], 'the packaged stack on ministack, with IAM enforced', () => {
  let emulator: Emulator | undefined;
  let world: World;
  const running = new Map<Case, Promise<void>>();

  async function runCase(one: Case): Promise<void> {
    try {
      await one.run(world);
    } catch (error) {
      showLog(one.title);
      throw error;
    } finally {
      if (one.reaches) world.milestones[one.reaches].reach();
    }
  }

  function showLog(failed: string): void {
    process.stderr.write(
      `ministack, as this failed: ${failed}\n${emulator?.output().slice(-LOG_TAIL_BYTES)}\n`,
    );
  }

  beforeAll(async () => {
    const started = await startEmulator();
    emulator = started;
    const deployed = await Promise.all(STAGES.map((stage) => deployStack(started, stage))).catch((error) => {
      showLog('the deploys');
      throw error;
    });
    const stacks = Object.fromEntries(deployed.map((stack) => [stack.stage, stack])) as Record<
      Stack['stage'],
      Stack
    >;
    const milestones = {
      throttlingIsOver: milestone(),
      deadLetterIsMended: milestone(),
      lateIsHeld: milestone(),
      allButTheRestart: milestone(),
    };
    world = { emulator: started, stacks, milestones };
    await deployConsumers(started);
    for (const one of CASES) running.set(one, runCase(one));
    const others = Promise.allSettled(SIDE_BY_SIDE.map((one) => running.get(one)));
    void others.then(milestones.allButTheRestart.reach);
    // Each is looked at in its own test; until then a failure is no unhandled rejection.
    void Promise.allSettled(running.values());
  }, SET_UP_MS);

  afterAll(async () => {
    const { cases, events, arrivedOutOfOrder, violations, lost, redelivered } = figures;
    process.stdout.write(
      `ministack: ${cases} cases, ${events} events, ${arrivedOutOfOrder} out of order on arrival, ` +
        `${violations} order violations, ${lost} lost, ${redelivered} delivered again\n`,
    );
    await emulator?.stop();
  }, CLEAN_UP_MS);

  test('all of it is on 127.0.0.1 and on no other address', async () => {
    expect(await addressesWith(world.emulator.port)).toEqual(['127.0.0.1']);
  });

  for (const one of CASES) {
    test(
      one.title,
      async () => {
        await running.get(one);
        figures.cases++;
      },
      CASE_MS,
    );
  }
});
