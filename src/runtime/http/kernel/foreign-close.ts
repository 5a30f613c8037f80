/** Lets the HTTP server of a foreign application close: its busy clients are told, and stalled readers of the runtime's streams do not hold it. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { destroyStreams } from './exchange.js';
import type { UnusedConnections } from './unused-connections.js';

/** Interval in which connections that have become idle since the close began are closed. */
const POLL_INTERVAL_MS = 50;

/** After this time the runtime's own streams that are not read to their end are cut. The application's own answers are left alone. */
export const STREAM_GRACE_MS = 5_000;

/** To be called before the server is closed. */
export function endConnections(
  server: Server,
  unused: UnusedConnections | undefined,
  graceMs = STREAM_GRACE_MS,
): void {
  if (!server.listening) return;
  // A client that always has a next request would otherwise keep its connection for ever.
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
  const poll = setInterval(() => {
    server.closeIdleConnections();
    unused?.close();
  }, POLL_INTERVAL_MS);
  const cut = setTimeout(() => {
    destroyStreams(server);
  }, graceMs);
  server.once('close', () => {
    clearInterval(poll);
    clearTimeout(cut);
  });
}
