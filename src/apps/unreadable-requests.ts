/** Answers what Node's HTTP parser cannot read as a problem, over the bare connection: there is no request yet. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemType } from '../runtime/http/kernel/problem.js';

interface Refusal {
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
    detail: 'A request must arrive completely within 30 seconds.',
  },
};

/** Ends the connection: where the next request would begin is not known. */
export function answerUnreadable(error: Error & { readonly code?: unknown }, socket: Socket): void {
  const { code } = error;
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const { status, problem, ...words } = REFUSALS[String(code)] ?? MALFORMED;
  const body = JSON.stringify({ type: problemType(problem), status, ...words });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
