const { relative, sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * A sequencer that begins suites in a given order, as far as one is given. Jest itself begins with those that took
 * longest the last time; where there was no last time, as in CI, with the largest files, which says nothing here.
 *
 * @param {string[]} order beginnings of paths, `''` for all others.
 * @param {string} folder what the paths are below, in the project.
 */
exports.suiteOrder = (order, folder) => {
  const place = (suite) => order.findIndex((beginning) => suite.startsWith(beginning));
  return class SuiteOrder extends Sequencer {
    sort(tests) {
      const below = ({ path, context }) =>
        relative(`${context.config.rootDir}/${folder}`, path).replaceAll(sep, '/');
      return tests
        .map((test) => ({ test, suite: below(test) }))
        .toSorted((a, b) => place(a.suite) - place(b.suite) || a.suite.localeCompare(b.suite))
        .map(({ test }) => test);
    }
  };
};
