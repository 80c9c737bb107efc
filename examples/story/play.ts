import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../../src/cli/command';
import { STEPS } from '../orders/src/order';
import { breakFieldName, deploy } from './deploy';
import { openShop, type Shop } from './shop';

const LOOK_EVERY_MS = 100;
/** Of one chapter; a replay takes about fifteen seconds. */
const PATIENCE_MS = 120_000;
const REPLAY = 'after-the-fix';

/** `npm run example`: the story of a bug and of the replay that makes up for it, on this machine. */
async function main(): Promise<number> {
  say('deploy');
  const shop = await openShop(await deploy('order-created'));
  try {
    return await play(shop);
  } finally {
    await shop.stop();
  }
}

async function play(shop: Shop): Promise<number> {
  const createOrder = await deploy('create-order');

  say('createOrder 1');
  await createOrder.handler({ orderId: '1' }, undefined);
  await until('its events are handled', async () => shop.live() === STEPS.length);

  say('break the field name (event.detail.orderID), and deploy');
  shop.orderCreated = await deploy('order-created', breakFieldName);

  say('createOrder 2');
  await createOrder.handler({ orderId: '2' }, undefined);
  await until('its events are dropped', async () => shop.dropped() === STEPS.length);
  console.log(`  ${shop.dropped()} events failed three times each; there is ${await named(shop)}`);

  say('fix, and deploy');
  shop.orderCreated = await deploy('order-created');

  say(`start-replay ${REPLAY}`);
  await shop.replay(REPLAY);
  await until('everything has arrived', async () => (await shop.phaseOf(REPLAY)) !== 'COLLECTING');
  console.log(`  brings ${shop.arrivals().join(', ')}`);
  await until('everything is handled again, in order', async () => shop.replayed() === 2 * STEPS.length);

  say('orders');
  const orders = await shop.orders();
  for (const [orderId, steps] of orders) console.log(`  ${orderId}: ${steps.join(' → ')}`);
  return [...orders.values()].every(inOrder) ? 0 : 1;
}

function inOrder(steps: string[]): boolean {
  return steps.length === STEPS.length && steps.every((step, index) => step.startsWith(`${STEPS[index]} `));
}

async function named(shop: Shop): Promise<string> {
  return [...(await shop.orders()).keys()].map((orderId) => `order ${orderId}`).join(', ');
}

let chapter = 0;
function say(title: string): void {
  chapter++;
  console.log(`${chapter}. ${title}`);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain until ${what}.`);
    await delay(LOOK_EVERY_MS);
  }
}

runCommand(main);
