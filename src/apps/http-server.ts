/** The HTTP server of an app, with TLS or without, and its bounds: on connections, on their headers, and on how slowly a request may arrive. */
import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { createServer as createListener, type AddressInfo, type Socket } from 'node:net';
import type { TlsCertificate } from './tls-certificate.js';
import { answerBare } from './unreadable-requests.js';

/** URL and headers together: Node's own default, stated since the answer to more names it. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** A client that is at its work sends its headers at once; one that does not, holds a connection. */
export const HEADERS_TIMEOUT_MS = 10_000;

/** A request must have arrived completely within this time, since one that never does would delay the close for ever. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** How often Node looks for requests that are too slow; so they end up to this much later. */
const SLOW_CHECK_INTERVAL_MS = 2_000;

/** Longer than proxies keep theirs, 60 s by default, so that none sends a request on a connection that is about to close. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Node waits 120 s. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Connections past the bound that are being refused at a time. Past these they are closed without an answer. */
const MAX_REFUSED = 100;

const TOO_MANY = {
  status: 503,
  problem: 'too-many-connections',
  title: 'There are too many connections',
  detail: 'This server has as many connections as LEFTFOLD_CONNECTIONS allows; try again later.',
};

export interface HttpServerOptions {
  readonly certificate?: TlsCertificate | undefined;
  /** The most connections at a time. Default: no bound. */
  readonly connections?: number | undefined;
}

export function createHttpServer(
  handler: RequestListener,
  { certificate, connections }: HttpServerOptions,
): Server {
  const options: ServerOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: SLOW_CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  };
  const server =
    certificate === undefined ? createServer(options, handler) : createSecure(handler, options, certificate);
  if (connections !== undefined) boundConnections(server, connections, certificate !== undefined);
  return server;
}

function createSecure(
  handler: RequestListener,
  options: ServerOptions,
  certificate: TlsCertificate,
): SecureServer {
  const secure = { ...options, ...certificate.options, handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
  const server = createSecureServer(secure, handler);
  certificate.renewIn(server);
  return server;
}

/** A client past the bound is told so; with TLS, its connection is closed before a handshake is paid for. */
function boundConnections(server: Server, max: number, isSecure: boolean): void {
  let [open, refused] = [0, 0];
  const accepting = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (open < max) {
      open++;
      socket.once('close', () => open--);
      for (const accept of accepting) accept.call(server, socket);
    } else if (isSecure || refused >= MAX_REFUSED) {
      socket.destroy();
    } else {
      refused++;
      socket.once('close', () => refused--);
      answerBare(socket, TOO_MANY, { 'Retry-After': '1' });
    }
  });
}

/** `localhost` may have several addresses, and a server listens on one: connections to the others are handed to it. */
export async function listenOnEach(name: string, server: Server): Promise<void> {
  const { address: first, port } = server.address() as AddressInfo;
  const found = await lookup(name, { all: true });
  for (const { address: host } of found.filter(({ address }) => address !== first)) {
    const listener = createListener((socket) => server.emit('connection', socket));
    server.once('close', () => {
      listener.close();
      server.closeAllConnections();
    });
    // One that this machine does not have, or where the port is taken, is left out.
    await new Promise((resolve) => {
      listener.once('error', resolve).listen({ host, port }, () => {
        resolve(undefined);
      });
    });
  }
}
