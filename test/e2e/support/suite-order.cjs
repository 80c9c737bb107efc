const { suiteOrder } = require('../../support/suite-order.cjs');

/**
 * Two suites run at a time. The two that run for minutes on ministack, mostly waiting, should neither come late nor
 * beside each other. So one of them begins, moto's keep a core busy meanwhile and take about as long, and then comes
 * the other, beside all that is short.
 */
const ORDER = ['ministack/ordered-replays.e2e.ts', 'moto/', 'examples/orders.e2e.ts', ''];

module.exports = suiteOrder(ORDER, 'test/e2e');
