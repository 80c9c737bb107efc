import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The requests of one call, which can be given up together. What a call has left over when it answers is frozen with
 * its environment and goes on when that is called again:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 * So a call that answers before all its work is done first aborts the requests of the rest.
 */
const scope = new AsyncLocalStorage<AbortSignal>();

/** Whatever clients made by `inCallScope` send during this work ends with the signal, and sends nothing after it. */
export function untilAborted<T>(signal: AbortSignal, work: () => T): T {
  return scope.run(signal, work);
}

interface Sends {
  send(...args: never[]): unknown;
}

/** The client, whose requests belong to the call that they are made in. Outside of one they are as ever. */
export function inCallScope<Client extends Sends>(client: Client): Client {
  const send = client.send.bind(client) as (command: unknown, options?: object) => unknown;
  return Object.assign(Object.create(client) as Client, {
    send(command: unknown): unknown {
      const abortSignal = scope.getStore();
      return abortSignal ? send(command, { abortSignal }) : send(command);
    },
  });
}
