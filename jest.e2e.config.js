/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
  globalSetup: '<rootDir>/test/e2e/support/set-up.ts',
  globalTeardown: '<rootDir>/test/e2e/support/tear-down.ts',
  testSequencer: '<rootDir>/test/e2e/support/suite-order.cjs',
  // Half of the suites wait for the service's own pauses, the other half keep a core busy.
  maxWorkers: 2,
};
