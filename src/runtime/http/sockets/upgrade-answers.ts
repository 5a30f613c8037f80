/** What is answered to an upgrade that opens no WebSocket, and the token that one may bring. */
import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import { Problem } from '../kernel/problem.js';
import { documentOf } from '../kernel/problem-document.js';
import { unsendableIn } from '../kernel/sendable-headers.js';

const TOKEN_PREFIX = 'bearer.';

/** Browsers can set no header of a WebSocket but the subprotocols: `leftfold, bearer.<token>`. The token is kept with the credentials alone. */
export function takeToken({ headers }: IncomingMessage): void {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const token = offered.find((each) => each.startsWith(TOKEN_PREFIX));
  if (token === undefined) return;
  headers['sec-websocket-protocol'] = offered.filter((each) => each !== token).join(', ');
  if (headers['sec-websocket-protocol'] === '') delete headers['sec-websocket-protocol'];
  headers.authorization ??= `Bearer ${token.slice(TOKEN_PREFIX.length)}`;
}

export function refuse(request: IncomingMessage, error: unknown): void {
  const response = responseOn(request);
  const document = documentOf(error);
  const { headers = {}, retryAfter } = error instanceof Problem ? error : {};
  const wrong = unsendableIn(headers);
  response.writeHead(document.status, {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !wrong.includes(name))),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    'content-type': 'application/problem+json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify(document));
}

const answering = new WeakSet<Server>();

/** What others listen for is theirs; what nobody does is answered as without a WebSocket. Once for a server. */
export function answerOtherUpgrades(server: Server): void {
  if (answering.has(server)) return;
  answering.add(server);
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined);
    if (server.listenerCount('upgrade') === 1) asRequest(server, request);
  });
}

/** As Node does where nobody listens for upgrades. A body cannot be read any more. */
function asRequest(server: Server, request: IncomingMessage): void {
  const response = responseOn(request);
  const hasBody =
    'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody) response.writeHead(400, { connection: 'close' }).end();
  else server.emit('request', request, response);
}

function responseOn(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once('finish', () => {
    request.socket.end();
  });
  return response;
}
