import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

/** A DynamoDB in a process of its own, so that its work is not taken for ours: says its port and serves until ended. */
const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit());
