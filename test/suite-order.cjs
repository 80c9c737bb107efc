const { suiteOrder } = require('./support/suite-order.cjs');

/** The longest first, so that in the end no core waits for one of them. */
const ORDER = [
  'simulation/',
  'functions/memory/',
  'cli/start.test.ts',
  'cli/start-outcomes',
  'cli/start-process',
  'local/runtime.test.ts',
  'steer/',
  'examples/orders.test.ts',
  'examples/orders-package',
  'stack/least-privilege',
  'bench/',
  'local/aws-cli',
  'aws/',
  '',
];

module.exports = suiteOrder(ORDER, 'test');
module.exports.ORDER = ORDER;
