/** Closes a server gracefully: accepted requests are answered, and open connections delay the end by a few seconds at most. */
import type { FastifyInstance } from 'fastify';
import { LogClosed } from '../runtime/event-log/errors.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import { UnusedConnections } from '../runtime/http/kernel/unused-connections.js';

/** Interval in which connections that have become idle since the close began are closed. */
const POLL_INTERVAL_MS = 50;

/** After this time all open connections are closed, as with a body that never arrives or a response that is never read. */
const GRACE_MS = 5_000;

/**
 * Node closes only the connections that are idle when the close begins; this also closes those that become idle later, or were never used. A request that
 * comes over a busy connection once the close has begun is answered with `503`.
 */
export function closeGracefully(fastify: FastifyInstance, filter: ProblemFilter): void {
  let isClosing = false;
  const unused = new UnusedConnections(fastify.server);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isClosing) done();
    else void filter.answer(new LogClosed(), request, reply.header('connection', 'close'));
  });
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    const { server } = fastify;
    const look = setInterval(() => {
      server.closeIdleConnections();
      unused.close();
    }, POLL_INTERVAL_MS);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS);
    server.once('close', () => {
      clearInterval(look);
      clearTimeout(cut);
    });
    done();
  });
}
