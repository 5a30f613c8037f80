/** A log that another process serves over HTTP: `http://host:port`. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ClientKey } from '../../access/client-key.js';
import { InvalidValue, LogClosed } from '../../event-log/errors.js';
import {
  commitId,
  position,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import { EventStore, type StoreSize, type StoreStatus } from '../../event-log/event-store.js';
import { Problem } from '../../http/kernel/problem.js';
import { LogClient } from './log-client.js';
import { RemoteAppender } from './remote-appender.js';
import { RemoteHead, headIn, unavailable } from './remote-head.js';
import { parsedJson } from './remote-problems.js';
import { readCommits, readPages, type RemoteLog } from './remote-read.js';

export interface RemoteOptions {
  /** Of the log server, with the path under which it serves the log, if there is one. */
  readonly url: URL;
  /** Sent with each request, to a server that asks for one. */
  readonly key?: ClientKey | undefined;
  /** Told why the connection is lost, and nothing once it is back. */
  readonly onConnection?: (lost: string | undefined) => void;
  /** For how long an append whose answer was lost is asked again, in milliseconds. Default: 15,000. */
  readonly settleWithin?: number;
}

const foundCommit = z.object({
  id: z.string().transform(commitId),
  first: z.int().min(1).transform(position),
  last: z.int().min(1).transform(position),
  time: z.string(),
  fingerprint: z.string().exactOptional(),
});

/**
 * Appends that wait share a request. What is read is checked against its hashes here, whatever the server has checked. Only the log of
 * the identity that was found at the start is read and appended to.
 */
export class RemoteStore extends EventStore {
  readonly #log: RemoteLog;
  readonly #appender: RemoteAppender;
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly client: LogClient,
    override readonly identity: string,
    private readonly headOfLog: RemoteHead,
    settleWithin: number,
  ) {
    super();
    this.#log = { client, head: headOfLog };
    this.#appender = new RemoteAppender(client, {
      settleWithin,
      onAppended: ({ last }) => {
        headOfLog.appended(last);
      },
      onFailed: (error) => {
        headOfLog.report(unavailable(error));
      },
    });
  }

  /** @throws Error when the server cannot be reached now, does not take the key, or serves no log */
  static async open({
    url,
    key,
    onConnection = () => undefined,
    settleWithin = 15_000,
  }: RemoteOptions): Promise<RemoteStore> {
    const fault = key?.faultOf(url);
    if (fault !== undefined) throw new Error(fault);
    const client = new LogClient(url, key);
    try {
      const { log, position: end } = headIn(await client.text(await client.answer('/head')));
      client.identity = log;
      const head = new RemoteHead(client, onConnection);
      head.appended(end);
      head.begin();
      return new RemoteStore(client, log, head, settleWithin);
    } catch (error) {
      client.close();
      throw error;
    }
  }

  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    if (commit.events.length === 0)
      return Promise.reject(new InvalidValue('A commit has at least one event.'));
    return this.#appender.append(commit);
  }

  override async find(id: CommitId): Promise<Commit | undefined> {
    try {
      const response: IncomingMessage = await this.client.answer(`/commits/${encodeURIComponent(id)}`);
      const found = foundCommit.parse(parsedJson(await this.client.text(response)));
      return { ...found, repeated: false };
    } catch (error) {
      if (error instanceof Problem && error.problem === 'no-such-commit') return undefined;
      throw this.#told(error);
    }
  }

  override async *read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    yield* this.#whileOpen(readPages(this.#log, query, range));
  }

  override async *commits(
    range: Pick<Range, 'after' | 'through'> = {},
  ): AsyncIterable<readonly RecordedCommit[]> {
    yield* this.#whileOpen(readCommits(this.#log, range));
  }

  /** Asks the server, so that what another process has recorded is seen at once. */
  override async head(): Promise<Position> {
    try {
      return await this.headOfLog.ask();
    } catch (error) {
      throw this.#told(error);
    }
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.headOfLog.position.passed(after, signal);
  }

  override size(): Promise<StoreSize> {
    return Promise.resolve({ kind: 'remote' });
  }

  override status(): StoreStatus | undefined {
    return this.headOfLog.trouble;
  }

  override close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#appender.finish();
    await this.headOfLog.end();
    this.client.close();
  }

  /** A read that a close has overtaken fails, and does not end as if it were complete. */
  async *#whileOpen<Page>(pages: AsyncIterable<Page>): AsyncIterable<Page> {
    if (this.#closed !== undefined) throw new LogClosed();
    try {
      for await (const page of pages) {
        yield page;
        if (this.client.isClosed) throw new LogClosed();
      }
    } catch (error) {
      throw this.#told(error);
    }
  }

  #told(error: unknown): unknown {
    const known = unavailable(error);
    this.headOfLog.report(known);
    return known;
  }
}
