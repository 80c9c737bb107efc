import { describeWith } from '../support/tools';
import { refused } from './cases/access';
import { type Case, milestone, type World } from './cases/case';
import { failsTwice, neverSucceeds } from './cases/consumers';
import { redrivenAfterTheSeal, redrivenBeforeTheSeal } from './cases/dead-letters';
import { badDescription, cancelledAtEventBridge, cancelledInTheRow } from './cases/endings';
import { bursts, duplicates, orderingKeys, twoAtOnce } from './cases/order';
import { pace } from './cases/pace';
import { restart } from './cases/restart';
import { large, throttled } from './cases/side-road';
import { startEmulator } from './world/emulator';
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
  large,
  refused,
];
const CASES = [...SIDE_BY_SIDE, restart];

/** Deploying three stacks and a service, on two busy cores. */
const SET_UP_MS = 300_000;
const CASE_MS = 600_000;

describeWith('python', 'the packaged stack on ministack, with IAM enforced', () => {
  let world: World;
  const running = new Map<Case, Promise<void>>();

  async function runCase(one: Case): Promise<void> {
    try {
      await one.run(world);
    } finally {
      if (one.reaches) world.milestones[one.reaches].reach();
    }
  }

  beforeAll(async () => {
    const emulator = await startEmulator();
    const deployed = await Promise.all(STAGES.map((stage) => deployStack(emulator, stage)));
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
    world = { emulator, stacks, milestones };
    await deployConsumers(emulator);
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
    await world?.emulator.stop();
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
