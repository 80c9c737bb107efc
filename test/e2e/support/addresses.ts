import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

/** For the answer of this machine to itself. */
const PATIENCE_MS = 2_000;

/** Whether somebody listens there. */
export function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** @returns Of all addresses of this machine those where somebody listens at a port. */
export async function addressesWith(port: number): Promise<string[]> {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address));
  // All of 127.0.0.0/8 is this machine: who answers at the second listens on all addresses.
  const all = ['127.0.0.1', '127.0.0.2', '::1', ...outside];
  const answers = await Promise.all(all.map((address) => connects(address, port)));
  return all.filter((_, place) => answers[place]);
}
