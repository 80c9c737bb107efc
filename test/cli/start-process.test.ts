import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FEW, temporaryFolder } from './files';
import { expectRefusal, ROOT, startProcess } from './run-start';

/** Whole runs on the real clock; a busy machine makes them slow, never wrong. */
jest.setTimeout(120_000);

const folder = temporaryFolder();
afterAll(() => folder.remove());

const few = folder.write('few.jsonl', FEW);

describe('npm start, as a process', () => {
  let project: string;
  beforeAll(() => {
    // Inside the project, so that a handler in TypeScript finds the loader.
    project = mkdtempSync(path.join(ROOT, 'node_modules/.start-'));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test('delivers to a handler in TypeScript, lane by lane, and again what failed', async () => {
    const handler = path.join(project, 'handler.ts');
    writeFileSync(
      handler,
      `let failures = 2;
       const offsets: Record<string, number> = {};
       const orders: Record<string, number> = {};
       export async function onOrder(event: { detail: { n: number } }, _context: unknown, delivery?: { orderingKey: string; offset: number }): Promise<void> {
         if (!delivery) throw new Error('no delivery');
         const { orderingKey, offset } = delivery;
         // A record that failed comes again from its first event.
         if (offset <= (offsets[orderingKey] ?? -1)) return;
         if (event.detail.n === 30 && failures-- > 0) throw new Error('not yet');
         if (offset !== (offsets[orderingKey] ?? -1) + 1) throw new Error('a gap');
         if (event.detail.n <= (orders[orderingKey] ?? -1)) throw new Error('out of order');
         offsets[orderingKey] = offset;
         orders[orderingKey] = event.detail.n;
         console.log('noise on stdout');
       }`,
    );
    const lanes = ['--handler', `${handler}#onOrder`, '--ordering-key', 'detail.orderId'];
    const { code, stdout } = await startProcess('--events', few, ...lanes, '--speed', 'max', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 60, deliveredOutOfOrder: 0, lost: 0, lanes: 3 });
    expect(code).toBe(0);
  });

  test('given what is not valid, then it says so in one line and ends with 2', async () => {
    expectRefusal(
      await startProcess('--speed', 'fast'),
      'Option --speed is "fast"; allowed is a number above 0',
    );
  });
});
