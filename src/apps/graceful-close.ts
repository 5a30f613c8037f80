/** Lets a server end: what was accepted is answered, and nobody can hold it up for longer than a few seconds. */
import type { FastifyInstance } from 'fastify';

/** A connection that was busy when the end began is closed as soon as it is idle; that is looked at so often, in milliseconds. */
const POLL_INTERVAL_MS = 50;

/** After so long, in milliseconds, what is still open is cut: a body that never comes, an answer that nobody reads. */
const GRACE_MS = 5_000;

/** Node closes the connections that are idle when the end begins; without this, one that turns idle later lives on. */
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
