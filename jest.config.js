const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/set-up.ts',
  globalTeardown: '<rootDir>/test/support/tear-down.ts',
  testSequencer: '<rootDir>/test/suite-order.cjs',
  // Jest leaves a core idle by default. Three suites for two cores: some of them mostly wait for a clock.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
};
