/** Closes a server gracefully: accepted requests are answered, and open connections delay the end by a few seconds at most. */
import type { FastifyInstance } from 'fastify';

/** Interval in which connections that have become idle since the close began are closed. */
const POLL_INTERVAL_MS = 50;

/** After this time all open connections are closed, as with a body that never arrives or a response that is never read. */
const GRACE_MS = 5_000;

/** Node closes only the connections that are idle when the close begins; this also closes those that become idle later. */
export function closeGracefully(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    const { server } = fastify;
    const look = setInterval(() => {
      server.closeIdleConnections();
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
