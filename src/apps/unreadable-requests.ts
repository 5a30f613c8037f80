/** Answers what Node's HTTP parser cannot read as a problem, over the bare connection: there is no request yet. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemType } from '../runtime/http/kernel/problem.js';

export interface Refusal {
  readonly status: number;
  readonly problem: string;
  readonly title: string;
  readonly detail: string;
}

const MALFORMED: Refusal = {
  status: 400,
  problem: 'malformed-request',
  title: 'The request cannot be read',
  detail: 'It is not HTTP/1.1 as RFC 9112 has it.',
};

/** By the codes of Node's errors. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_INVALID_METHOD: {
    status: 501,
    problem: 'method-unknown',
    title: 'The method is not known',
    detail: 'No path of this server has this method; OPTIONS tells which methods a path has.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    problem: 'headers-too-large',
    title: 'The headers are too large',
    detail: 'URL and headers may have 16 KiB together.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    problem: 'request-timeout',
    title: 'The request did not arrive in time',
    detail: 'The headers of a request must arrive within 10 seconds, and all of it within 30 seconds.',
  },
};

/** Codes of errors of TLS. */
const OF_A_HANDSHAKE = /^ERR_(?:SSL|TLS|OSSL)_/;

/** After this time the connection is closed, also when the client goes on sending. */
const LINGER_MS = 1_000;

/** Ends the connection: where the next request would begin is not known. */
export function answerUnreadable(error: Error & { readonly code?: unknown }, socket: Socket): void {
  const { code } = error;
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // What failed in a handshake of TLS has no way to be answered.
  if (!socket.writable || OF_A_HANDSHAKE.test(String(code))) {
    socket.destroy();
    return;
  }
  answerBare(socket, REFUSALS[String(code)] ?? MALFORMED);
}

/** Answers over a connection that has no request, and ends it. */
export function answerBare(
  socket: Socket,
  { status, problem, ...words }: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ type: problemType(problem), status, ...words });
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/problem+json\r\n${more.join('')}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // What is not read when a connection closes has the client lose the answer.
  socket.on('error', () => undefined).resume();
  const close = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => {
    clearTimeout(close);
  });
}
