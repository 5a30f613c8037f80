/** The body of `POST /commits`: read to its end before anything is recorded, within a bound for all requests together. */
import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, requireMediaType, requirePlainText } from '../kernel/bodies.js';
import type { HttpRequest } from '../kernel/exchange.js';
import { parseInTurn } from '../kernel/thread-turns.js';
import { isUtf8 } from 'node:buffer';
import { InvalidBody, Problem } from '../kernel/problem.js';
import { NEW_COMMITS_TYPE, readNewCommitLine } from '../../event-log/commits/new-commit-lines.js';
import { LogBusy } from '../../event-log/errors.js';
import type { NewCommit } from '../../event-log/event.js';

/** A commit of 10,000 events is far below it. */
export const MAX_COMMITS_BODY_BYTES = 64 * 1024 * 1024;

/** A store holds so many appends in one transaction at most. */
export const MAX_REQUEST_COMMITS = 1024;

/** Of all requests that are not answered yet: what they hold in memory is some times as much. */
const MAX_PENDING_BYTES = 128 * 1024 * 1024;

/** The client is gone before all of the body was there. */
class BodyCutOff extends Problem {
  constructor() {
    super(
      'malformed',
      'malformed-body',
      'The body cannot be read',
      'The body ended before all of it was there.',
    );
  }
}

/** Counts the bytes of bodies from their first byte until their request is answered. */
export class CommitBodies {
  #pendingBytes = 0;

  constructor(private readonly maxPendingBytes = MAX_PENDING_BYTES) {}

  /**
   * @param work what is done with the commits; nothing of it begins before all of them are read and checked
   * @throws UnsupportedMediaType, UnsupportedEncoding, BodyTooLarge, MalformedBody, InvalidBody; LogBusy when too much waits
   */
  async read<Result>(
    request: HttpRequest,
    work: (commits: readonly NewCommit[]) => Promise<Result>,
  ): Promise<Result> {
    requireMediaType(request, [NEW_COMMITS_TYPE]);
    requirePlainText(request.headers);
    let counted = 0;
    const count = (bytes: number): LogBusy | undefined => {
      // One body alone is read, whatever its size.
      if (this.#pendingBytes > counted && this.#pendingBytes + bytes > this.maxPendingBytes)
        return new LogBusy();
      counted += bytes;
      this.#pendingBytes += bytes;
      return undefined;
    };
    try {
      const bytes = request.rawBody ?? (await readAll(request, count));
      const commits = await parseInTurn(bytes.length, () => commitsIn(bytes));
      return await work(commits);
    } finally {
      this.#pendingBytes -= counted;
    }
  }
}

/** @param count takes the size of each part; gives why the body is refused */
function readAll(request: HttpRequest, count: (bytes: number) => Problem | undefined): Promise<Buffer> {
  // Of Fastify's request, `raw`; Express's request is Node's.
  const raw = request.raw ?? (request as unknown as IncomingMessage);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isRefused = false;
    raw.on('data', (chunk: Buffer) => {
      // The rest of a body that was refused is read and dropped, so that the answer reaches the client.
      if (isRefused) return;
      length += chunk.length;
      const refusal =
        length > MAX_COMMITS_BODY_BYTES ? new BodyTooLarge(MAX_COMMITS_BODY_BYTES) : count(chunk.length);
      if (refusal === undefined) chunks.push(chunk);
      else {
        isRefused = true;
        chunks.length = 0;
        reject(refusal);
      }
    });
    raw.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    raw.once('error', () => {
      reject(new BodyCutOff());
    });
    raw.once('close', () => {
      if (!raw.complete) reject(new BodyCutOff());
    });
  });
}

/** @throws InvalidBody */
function commitsIn(bytes: Buffer): readonly NewCommit[] {
  const refuse = (detail: string): InvalidBody => new InvalidBody([{ detail, pointer: '#' }]);
  if (!isUtf8(bytes)) throw refuse('The body is not UTF-8.');
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw refuse('One commit a line, at least one.');
  if (lines.length > MAX_REQUEST_COMMITS)
    throw refuse(`At most ${MAX_REQUEST_COMMITS} commits in one request, not ${lines.length}.`);
  return lines.map(readNewCommitLine);
}
