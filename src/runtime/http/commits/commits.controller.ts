/** The log as it is stored: whole commits with revisions, fingerprints and hashes, and appends of commits. */
import {
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { JSON_TYPE, NDJSON_TYPE, readBody } from '../kernel/bodies.js';
import {
  queryOf,
  send,
  sendChunks,
  sendJson,
  varyBy,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { negotiate } from '../kernel/headers.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { PATHS } from '../kernel/paths.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { documentOf } from '../kernel/problem-document.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { COMMITS_TYPE, END_OF_FRAMES, frameLength } from '../../event-log/commits/commit-frames.js';
import { exportLines } from '../../event-log/commits/export-line.js';
import { storedBytesOf } from '../../event-log/commits/hashed-commit.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  type Range,
  type RecordedCommit,
} from '../../event-log/event.js';
import { EventLog } from '../../event-log/event-log.js';
import { EventStore } from '../../event-log/event-store.js';
import { matchesEverything } from '../../event-log/query.js';
import { CommitBodies } from './commit-body.js';
import { ApiAppendCommits, ApiCommit, ApiCommits, ApiQueryCommits } from './commits.docs.js';
import { readCommitQuery, readCommitRange } from './commit-requests.js';
import { NoSuchCommit } from './no-such-commit.js';
import { logHeaders, requireSameLog } from './same-log.js';

@Controller({ path: PATHS.commits, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('log')
export class CommitsController {
  readonly #bodies = new CommitBodies();

  constructor(
    private readonly log: EventLog,
    private readonly store: EventStore,
  ) {}

  /** Every commit of the range, each checked against its hash and the one before it. */
  @Get()
  @ApiCommits()
  async list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const range = readCommitRange(queryOf(request));
    await this.#stream(request, response, range, (bounds) => this.store.commits(bounds));
  }

  /** An id of a commit may be `query`, too. */
  @Get('query')
  @ApiCommit()
  async named(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    await this.one('query', request, response);
  }

  @Get(':id')
  @ApiCommit()
  async one(
    @Param('id') id: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    negotiate(request.headers.accept, [JSON_TYPE]);
    requireSameLog(request, this.log);
    const commit = await this.store.find(commitId(id));
    if (commit === undefined) throw new NoSuchCommit(id);
    const { first, last, time, fingerprint } = commit;
    sendJson(response, 200, logHeaders(this.log, await this.log.head()), {
      id,
      first,
      last,
      time,
      fingerprint,
    });
  }

  /** The commits that hold an event of a query: what a store reads that is not here. It records nothing. */
  @Post('query')
  @HttpCode(200)
  @ApiQueryCommits()
  async query(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const { query, range } = readCommitQuery(await readBody(request, [JSON_TYPE]));
    const whole = matchesEverything(query) ? EVERYTHING : query;
    await this.#stream(request, response, range, (bounds) => this.store.commitsWith(whole, bounds));
  }

  /** Each commit by itself, in order. One that is refused does not keep the others from being recorded. */
  @Post()
  @HttpCode(200)
  @ApiAppendCommits()
  async append(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    requireSameLog(request, this.log);
    const answers = await this.#bodies.read(request, (commits) =>
      // In this turn all of them are handed to the store, which records them in the order of the calls.
      Promise.allSettled(commits.map((commit) => this.store.append(commit))),
    );
    const lines = answers.map((answer) =>
      answer.status === 'fulfilled'
        ? `${JSON.stringify({ commit: answer.value })}\n`
        : `${JSON.stringify({ problem: documentOf(answer.reason) })}\n`,
    );
    const newest = Math.max(
      START,
      ...answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.last : START)),
    );
    const headers = logHeaders(this.log, Math.max(newest, this.log.knownHead));
    send(response, 200, { ...headers, 'content-type': NDJSON_TYPE }, lines.join(''));
  }

  async #stream(
    request: HttpRequest,
    response: HttpResponse,
    range: Range,
    read: (bounds: Range) => AsyncIterable<readonly RecordedCommit[]>,
  ): Promise<void> {
    const type = negotiate(request.headers.accept, [NDJSON_TYPE, COMMITS_TYPE]);
    requireSameLog(request, this.log);
    const head = await this.log.head();
    const { after = START, through = head } = range;
    const bounds = { ...range, after, through: position(Math.min(through, head)) };
    const pages = after < bounds.through ? read(bounds) : NO_PAGES;
    await sendChunks(
      response,
      { ...logHeaders(this.log, head), 'content-type': type, vary: varyBy(response, 'Accept') },
      type === COMMITS_TYPE ? frames(pages) : lines(pages),
    );
  }
}

const NO_PAGES: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** A chunk holds about so many bytes, so that no turn takes long when commits are large. */
const CHUNK_BYTES = 256 * 1024;

async function* frames(pages: AsyncIterable<readonly RecordedCommit[]>): AsyncGenerator<Buffer> {
  for await (const commits of pages) {
    let parts: Buffer[] = [];
    let size = 0;
    for (const commit of commits) {
      const bytes = storedBytesOf(commit);
      parts.push(frameLength(bytes), bytes);
      size += bytes.length;
      if (size < CHUNK_BYTES) continue;
      yield Buffer.concat(parts);
      [parts, size] = [[], 0];
    }
    if (parts.length > 0) yield Buffer.concat(parts);
  }
  yield END_OF_FRAMES;
}

async function* lines(pages: AsyncIterable<readonly RecordedCommit[]>): AsyncGenerator<string> {
  for await (const commits of pages) {
    let text = '';
    for (const commit of commits) {
      text += exportLines(commit);
      if (text.length < CHUNK_BYTES) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  }
}
