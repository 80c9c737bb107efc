import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';

/** Answers one request of the DynamoDB protocol. */
export type Engine = (
  headers: IncomingHttpHeaders,
  body: string,
) => Promise<{ status: number; body: string }>;

/**
 * dynalite, called without a connection of its own: it would end the process when a client breaks off a request, and
 * be a second port to guard.
 */
export function createEngine(): Engine {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return (headers, body) =>
    new Promise((resolve) => {
      const request = Object.assign(Readable.from([Buffer.from(body)]), {
        method: 'POST',
        url: '/',
        headers,
      });
      const response = {
        statusCode: 200,
        setHeader: () => undefined,
        end: (text = '') => resolve({ status: response.statusCode, body: text }),
      };
      engine.emit('request', request, response);
    });
}
