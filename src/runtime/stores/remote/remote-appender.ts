/** Sends appends to a log server: those that wait share a request, and one whose answer was lost is asked again under its ids. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  AppendConditionFailed,
  InvalidValue,
  PositionNotInLog,
  StoreUnavailable,
} from '../../event-log/errors.js';
import { NEW_COMMITS_TYPE, appendAnswer, newCommitLine } from '../../event-log/commits/new-commit-lines.js';
import type { Commit, NewCommit } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';
import { takeBatch, type PendingAppend } from '../append-queue.js';
import { ConnectionBroken, type LogClient } from './log-client.js';
import { isDenied, parsedJson, problemOf } from './remote-problems.js';

/** Appends share a request up to about this size, so that none takes long. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** How often an append whose answer was lost is asked again. */
const RETRY_INTERVAL_MS = 100;

/** A commit, and its line as it was when it was appended. */
interface LinedCommit extends NewCommit {
  readonly line: string;
}

type Answer = { readonly commit: Commit } | { readonly error: Error };

export interface AppenderOptions {
  /** For how long an append whose answer was lost is asked again, in milliseconds. */
  readonly settleWithin: number;
  readonly onAppended: (commit: Commit) => void;
  readonly onFailed: (error: unknown) => void;
}

export class RemoteAppender {
  readonly #queue: PendingAppend<LinedCommit>[] = [];
  #writing: Promise<void> | undefined;

  constructor(
    private readonly client: LogClient,
    private readonly options: AppenderOptions,
  ) {}

  append(commit: NewCommit): Promise<Commit> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ append: { ...commit, line: newCommitLine(commit) }, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves once everything that waits is answered. */
  async finish(): Promise<void> {
    await this.#writing;
  }

  /** One request at a time: appends are recorded in the order of the calls. */
  async #writeAll(): Promise<void> {
    do {
      // All appends of this turn of the event loop share a request, with those of callers that have just been answered.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#writeBatch(takeBatch(this.#queue, ({ line }) => line.length, MAX_BATCH_BYTES));
    } while (this.#queue.length > 0);
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly PendingAppend<LinedCommit>[]): Promise<void> {
    try {
      const answers = await this.#ask(batch.map(({ append }) => append));
      for (const [index, answer] of answers.entries()) {
        const append = batch[index];
        if (append === undefined) continue;
        if ('error' in answer) append.reject(answer.error);
        else {
          this.options.onAppended(answer.commit);
          append.resolve(answer.commit);
        }
      }
    } catch (error) {
      this.options.onFailed(error);
      // The server refuses the request for one of them: sent one by one, the others are recorded.
      const isRefused = error instanceof Problem && error.kind === 'invalid' && batch.length > 1;
      if (isRefused) for (const append of batch) await this.#writeBatch([append]);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** @throws StoreUnavailable, which says whether something may have been recorded; what the server refuses the request with */
  async #ask(batch: readonly LinedCommit[]): Promise<readonly Answer[]> {
    const body = batch.map(({ line }) => `${line}\n`).join('');
    const giveUpAt = performance.now() + this.options.settleWithin;
    for (let mayBeRecorded = false; ;) {
      try {
        const response = await this.client.answer('/commits', {
          method: 'POST',
          headers: { 'content-type': NEW_COMMITS_TYPE },
          body,
          ...(mayBeRecorded && { maxSilenceMs: Math.max(giveUpAt - performance.now(), RETRY_INTERVAL_MS) }),
        });
        return answersIn(await this.client.text(response), batch, mayBeRecorded);
      } catch (error) {
        if (error instanceof ConnectionBroken) mayBeRecorded ||= error.mayHaveArrived;
        else if (!mayBeRecorded) throw error;
        if (!mayBeRecorded) throw new StoreUnavailable('nothing', { cause: error });
        // Also one that is closing, or says that it is another log: what was asked for first is not settled by that.
        if (performance.now() > giveUpAt || this.client.isClosed || isDenied(error))
          throw new StoreUnavailable('unknown', {
            cause: error,
            ...(error instanceof StoreUnavailable && { code: error.code }),
          });
        await pause(RETRY_INTERVAL_MS);
      }
    }
  }
}

/** @throws StoreUnavailable unless there is an answer to each commit */
function answersIn(text: string, batch: readonly LinedCommit[], isRetry: boolean): readonly Answer[] {
  const lines = text.split('\n');
  lines.pop();
  if (lines.length !== batch.length) throw notUnderstood();
  return batch.map(({ id, isNewId = false }, index): Answer => {
    const { success, data } = appendAnswer.safeParse(parsedJson(lines[index] ?? ''));
    if (!success) throw notUnderstood();
    if ('problem' in data) return { error: refusal(problemOf(data.problem), isRetry) };
    if (data.commit.id !== id) throw notUnderstood();
    // An id that was made for this append was recorded by it, at an attempt whose answer was lost.
    return { commit: isNewId && isRetry ? { ...data.commit, repeated: false } : data.commit };
  });
}

/** What a server answers that has looked the commit up by its id and has not found it, or that could never record it. */
const SETTLING = [AppendConditionFailed, PositionNotInLog, InvalidValue];

/** Another refusal of an append that was asked for before says nothing of that first request, whose answer was lost. */
function refusal(error: Error, isRetry: boolean): Error {
  if (!isRetry || SETTLING.some((type) => error instanceof type)) return error;
  return new StoreUnavailable('unknown', {
    cause: error,
    ...(error instanceof StoreUnavailable && { code: error.code }),
  });
}

const notUnderstood = (): StoreUnavailable =>
  new StoreUnavailable('unknown', {
    cause: new Error('the answer to POST /commits is not that of a log server'),
  });
