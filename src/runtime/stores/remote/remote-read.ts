/** Reads commits from a log server. Each is checked against its hash; a connection that breaks is mended without a gap or a repeat. */
import { setTimeout as pause } from 'node:timers/promises';
import { COMMITS_TYPE, FrameReader, NoFrames } from '../../event-log/commits/commit-frames.js';
import {
  requireSuccession,
  toRecordedCommit,
  verifyStored,
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import { LogDamaged, LogWentBack, StoreUnavailable } from '../../event-log/errors.js';
import {
  EVERYTHING,
  PAGE_SIZE,
  START,
  position,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import { matchingEvents, spanOf, type ReadSpan } from '../read-span.js';
import { ConnectionBroken, type LogClient } from './log-client.js';
import { unavailable, type RemoteHead } from './remote-head.js';
import { isDenied } from './remote-problems.js';

/** How often a read that has begun is gone on with after its connection broke, and the pause before each. */
const MAX_MENDS = 20;
const MEND_INTERVAL_MS = 250;

export interface RemoteLog {
  readonly client: LogClient;
  readonly head: RemoteHead;
}

/** Pages of the events that match the query. */
export async function* readPages(
  log: RemoteLog,
  query: Query,
  range: Range,
): AsyncIterable<readonly StoredEvent[]> {
  let page: StoredEvent[] = [];
  const through = range.through ?? (Number.MAX_SAFE_INTEGER as Position);
  for await (const { commits, span } of mended(log, spanOf(query, { ...range, through }, through), 'query')) {
    let { limit } = span;
    for (const commit of commits) {
      for (const event of matchingEvents(commit, span).slice(0, limit)) {
        limit -= 1;
        page.push(event);
        if (page.length < PAGE_SIZE) continue;
        yield page;
        page = [];
      }
    }
  }
  if (page.length > 0) yield page;
}

/** Whole commits, each checked against the one before it, up to the head. */
export async function* readCommits(
  log: RemoteLog,
  { after = START, through }: Pick<Range, 'after' | 'through'>,
): AsyncIterable<readonly RecordedCommit[]> {
  const end = through ?? (Number.MAX_SAFE_INTEGER as Position);
  for await (const { commits } of mended(log, spanOf(EVERYTHING, { after, through: end }, end), 'all'))
    yield commits.map(toRecordedCommit);
}

interface Received {
  /** At least one. */
  readonly commits: readonly VerifiedCommit[];
  /** What was still to be read before them. */
  readonly span: ReadSpan;
}

/**
 * Asks again for what is missing when the connection breaks.
 *
 * @throws StoreUnavailable when the server is away; LogDamaged, LogWentBack
 */
async function* mended(log: RemoteLog, wanted: ReadSpan, kind: 'all' | 'query'): AsyncIterable<Received> {
  if (wanted.limit <= 0) return;
  let span = wanted;
  let before: VerifiedCommit | undefined;
  let mends = 0;
  for (;;) {
    try {
      for await (const { commits, through } of received(log, span, kind, before)) {
        mends = 0;
        // What is recorded while it is read is not a part of it.
        span = { ...span, through };
        yield { commits, span };
        before = commits.at(-1);
        span = afterRead(span, commits);
        if (span.limit <= 0) return;
      }
      return;
    } catch (error) {
      const hasBegun = before !== undefined;
      if (!(error instanceof ConnectionBroken || error instanceof StoreUnavailable)) throw error;
      if (!hasBegun || mends === MAX_MENDS || isDenied(error)) throw unavailable(error);
      mends += 1;
      await pause(MEND_INTERVAL_MS);
    }
  }
}

function afterRead(span: ReadSpan, commits: readonly VerifiedCommit[]): ReadSpan {
  const newest = commits.at(-1);
  if (newest === undefined) return span;
  const found =
    span.limit === Infinity
      ? 0
      : commits.reduce((count, commit) => count + matchingEvents(commit, span).length, 0);
  const limit = span.limit - found;
  return span.backwards
    ? { ...span, limit, through: position(newest.first - 1) }
    : { ...span, limit, after: newest.last };
}

/** One answer, as it comes. @throws ConnectionBroken when it ends before its end */
async function* received(
  { client, head }: RemoteLog,
  span: ReadSpan,
  kind: 'all' | 'query',
  previous: VerifiedCommit | undefined,
): AsyncIterable<{ readonly commits: readonly VerifiedCommit[]; readonly through: Position }> {
  const response = await client.answer(...requestFor(span, kind));
  if (response.headers['content-type'] !== COMMITS_TYPE) {
    response.destroy();
    throw new StoreUnavailable(undefined, { cause: new Error(`the answer is not ${COMMITS_TYPE}`) });
  }
  // The head as it was when the server began to read.
  const end = Number(response.headers['leftfold-position']);
  const through = position(Math.min(span.through, Number.isSafeInteger(end) ? end : span.through));
  const check = new CommitCheck(span, previous, head);
  const frames = new FrameReader();
  try {
    for await (const chunk of client.chunks(response)) {
      const commits: VerifiedCommit[] = [];
      try {
        for (const bytes of frames.push(chunk)) commits.push(check.verified(bytes));
      } catch (error) {
        if (commits.length > 0) yield { commits, through };
        throw error;
      }
      const newest = commits.at(-1);
      if (newest === undefined) continue;
      if (!span.backwards) head.read({ last: newest.last, hash: newest.hash.toString('hex') });
      yield { commits, through };
    }
  } catch (error) {
    throw error instanceof NoFrames ? new ConnectionBroken(true, { cause: error }) : error;
  } finally {
    response.destroy();
  }
  if (!frames.isEnded) throw new ConnectionBroken(true, { cause: new Error('the commits were cut off') });
  if (kind === 'all' || check.isEvery) check.requireEnd(through);
}

function requestFor(
  { query, after, through, limit, backwards }: ReadSpan,
  kind: 'all' | 'query',
): Parameters<LogClient['answer']> {
  const headers = { accept: COMMITS_TYPE };
  if (kind === 'all') return [`/commits?after=${after}&through=${through}`, { headers }];
  const body = JSON.stringify({
    query,
    after,
    through,
    backwards,
    ...(limit !== Infinity && { limit: Math.min(limit, Number.MAX_SAFE_INTEGER) }),
  });
  return [
    '/commits/query',
    {
      method: 'POST',
      recordsNothing: true,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    },
  ];
}

/** Checks the commits of an answer one after the other. */
class CommitCheck {
  /** Whether no commit of the span may be missing. */
  readonly isEvery: boolean;

  constructor(
    private readonly span: ReadSpan,
    private before: VerifiedCommit | undefined,
    private readonly head: RemoteHead,
  ) {
    this.isEvery = matchesEverything(span.query) && !span.backwards && span.limit === Infinity;
  }

  /** @throws LogDamaged when the bytes do not fit their hash, or the commit is not in its place; LogWentBack */
  verified(bytes: Buffer): VerifiedCommit {
    const { after, backwards } = this.span;
    const next = position((this.before?.last ?? after) + 1);
    const commit = verifyStored(bytes, next);
    if (this.before !== undefined && this.isEvery) requireSuccession(this.before, commit);
    else if (this.before === undefined) this.#requireBeginning(commit);
    else if (backwards ? commit.last >= this.before.first : commit.first <= this.before.last)
      throw new LogDamaged(commit.first, 'the commit that begins there is not in its place');
    this.before = commit;
    return commit;
  }

  /** @throws LogDamaged when the last commit ends before it */
  requireEnd(through: Position): void {
    const last = this.before?.last ?? this.span.after;
    if (last < through) throw new LogDamaged(last + 1, 'the commits end before the head of the log');
  }

  #requireBeginning(commit: VerifiedCommit): void {
    const { after, through } = this.span;
    if (commit.last <= after || commit.first > through)
      throw new LogDamaged(commit.first, 'the commit that begins there was not asked for');
    if (!this.isEvery) return;
    if (commit.first > after + 1) throw new LogDamaged(after + 1, 'no commit holds it');
    const known = this.head.hashAt(position(commit.first - 1));
    if (known !== undefined && known !== commit.previous.toString('hex'))
      throw new LogWentBack(commit.first - 1, commit.last);
  }
}
