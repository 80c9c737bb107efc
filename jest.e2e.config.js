/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
  globalSetup: '<rootDir>/test/e2e/support/set-up.ts',
  // Every suite runs servers and Node.js processes of its own: two at a time would only slow each other down.
  maxWorkers: 1,
};
