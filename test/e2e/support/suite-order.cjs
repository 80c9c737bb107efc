const { relative, sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Two suites run at a time. By default the largest file begins, which says nothing here: the two that run for
 * minutes on ministack, mostly waiting, would come late and beside each other. So one of them begins, moto's keep a core
 * busy meanwhile and take about as long, and then comes the other, beside all that is short.
 */
const ORDER = ['ministack/ordered-replays.e2e.ts', 'moto/', 'examples/orders.e2e.ts', ''];

/** @param {string} suite its path below test/e2e. */
const place = (suite) => ORDER.findIndex((beginning) => suite.startsWith(beginning));

class SuiteOrder extends Sequencer {
  sort(tests) {
    const below = ({ path, context }) =>
      relative(`${context.config.rootDir}/test/e2e`, path).replaceAll(sep, '/');
    return tests
      .map((test) => ({ test, suite: below(test) }))
      .toSorted((a, b) => place(a.suite) - place(b.suite) || a.suite.localeCompare(b.suite))
      .map(({ test }) => test);
  }
}

module.exports = SuiteOrder;
