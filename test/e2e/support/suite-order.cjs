const { relative, sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Two suites run at a time. By default the largest file begins, which says nothing here: the two that run for
 * minutes on ministack, mostly waiting, would come late and beside each other. So one of them begins, the suites that
 * keep a core busy go by on the other worker, and the other of them, alone by then, ends.
 */
const FIRST = 'ministack/ordered-replays.e2e.ts';
const THEN = ['moto/', 'frameworks/', 'dynamodb-local/', ''];
const LAST = 'examples/orders.e2e.ts';

/** @param {string} suite its path below test/e2e. */
function place(suite) {
  if (suite === FIRST) return -1;
  if (suite === LAST) return THEN.length;
  return THEN.findIndex((folder) => suite.startsWith(folder));
}

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
