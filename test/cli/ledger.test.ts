import { Ledger } from '../../src/cli/ledger';
import { drawOrders } from '../../src/cli/picture';

function event(id: string, second: number, detail: Record<string, unknown> = {}) {
  return {
    id,
    time: `2026-01-01T00:00:0${second}Z`,
    source: 's',
    'detail-type': 't',
    'replay-name': 'r',
    detail,
  };
}

describe('the ledger', () => {
  test('counts an event as out of order when one of its lane came first that should come later', () => {
    const ledger = new Ledger('', undefined);
    for (const [id, second] of [
      ['a', 1],
      ['c', 3],
      ['b', 2],
      ['d', 3],
    ] as const)
      ledger.arrived(event(id, second));
    expect(ledger.summary(0)).toMatchObject({ arrivedOutOfOrder: 1, arrivedTwice: 0 });
  });

  test('knows no order between events of one second without a tiebreaker, and one with it', () => {
    const arriveInWrongOrder = (tiebreaker: string) => {
      const ledger = new Ledger(tiebreaker, undefined);
      ledger.arrived(event('a', 1, { n: 2 }));
      ledger.arrived(event('b', 1, { n: 1 }));
      return ledger.summary(0).arrivedOutOfOrder;
    };
    expect(arriveInWrongOrder('')).toBe(0);
    expect(arriveInWrongOrder('detail.n')).toBe(1);
  });

  test('knows no order between lanes', () => {
    const ledger = new Ledger('', 'detail.key');
    ledger.delivered(event('a', 2, { key: 'x' }), 0, 'x');
    ledger.delivered(event('b', 1, { key: 'y' }), 0, 'y');
    expect(ledger.summary(0)).toMatchObject({ deliveredOutOfOrder: 0 });
  });

  test('counts the ordering keys of the events and the lanes that they came in, each on its own', () => {
    const ledger = new Ledger('', 'detail.key');
    for (const [id, key] of Object.entries({ a: '9007199254740993', b: '9007199254740992', c: '"x"' })) {
      ledger.published(id, `{"key":${key}}`);
      ledger.arrived(event(id, 1));
      ledger.delivered(event(id, 1), 0, id === 'c' ? 'x' : '9007199254740992');
    }
    expect(ledger.summary(0)).toMatchObject({ keys: 3, lanes: 2 });
  });

  test('judges by the text that was published, not by what the runtime made of it', () => {
    const ledger = new Ledger('detail.ts', undefined);
    ledger.published('b', '{"ts":1763942400000000101}');
    ledger.published('a', '{"ts":1763942400000000100}');
    for (const id of ['b', 'a']) ledger.delivered(event(id, 1, { ts: 1763942400000000000 }), 0);
    expect(ledger.summary(0)).toMatchObject({ delivered: 2, deliveredOutOfOrder: 1 });
  });

  test('knows an order by id where nothing else decides, for what is delivered, and counts that', () => {
    const ledger = new Ledger('detail.n', 'detail.key');
    for (const [id, second, key, n] of [
      ['c', 1, 'x', 1],
      ['a', 1, 'x', 1],
      ['b', 1, 'y', 1],
      ['d', 1, 'x', 2],
      ['e', 2, 'x', 2],
    ] as const) {
      ledger.arrived(event(id, second, { key, n }));
      ledger.delivered(event(id, second, { key, n }), 0, key);
    }
    expect(ledger.summary(0)).toMatchObject({ arrivedOutOfOrder: 0, deliveredOutOfOrder: 1, ties: 1 });
  });

  test('a repeated delivery is no duplicate; a second place in the lane is', () => {
    const ledger = new Ledger('', undefined);
    ledger.delivered(event('a', 1), 0);
    ledger.delivered(event('a', 1), 0);
    expect(ledger.summary(0)).toMatchObject({ delivered: 1, duplicated: 0 });
    ledger.delivered(event('a', 1), 5);
    expect(ledger.summary(0)).toMatchObject({ delivered: 1, duplicated: 1 });
  });

  test('what was published and not delivered is lost', () => {
    const ledger = new Ledger('', undefined);
    ledger.published('a', '{}');
    ledger.published('b', '{}');
    ledger.delivered(event('a', 1), 0);
    expect(ledger.summary(0)).toMatchObject({ events: 2, delivered: 1, lost: 1 });
  });

  test('an event that cannot be ordered does not stop it', () => {
    const ledger = new Ledger('detail', undefined);
    ledger.published('a', '{}');
    ledger.arrived(event('a', 1));
    expect(ledger.summary(0)).toMatchObject({ arrivedOutOfOrder: 0, lost: 1 });
    ledger.delivered(event('a', 1), 0);
    expect(ledger.summary(0)).toMatchObject({ deliveredOutOfOrder: 1, lost: 0 });
  });
});

test('the picture of nothing is empty', () => {
  expect(() => drawOrders([{ title: 'None', values: [] }], () => 0)).not.toThrow();
});

test('the picture of an order is a rising line: its dots go from bottom left to top right', () => {
  const values = [...Array(500).keys()];
  const rows = drawOrders([{ title: 'Delivered', values }], (one, other) => one - other)
    .split('\n')
    .slice(2, -1);
  const firstDots = rows.map((row) =>
    [...row].findIndex((character) => character > '\u2800' && character <= '\u28ff'),
  );
  expect(firstDots).toEqual([...firstDots].sort((one, other) => other - one));
  expect(firstDots.at(0)).toBeGreaterThan(30);
});
