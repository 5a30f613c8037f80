/**
 * Turns on the thread for long answers. Each produces one chunk a turn; between two turns the thread does everything else:
 * appends, short queries, health. What was produced and not yet sent has a bound in bytes.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Chunks under way: one at a time would wait for a remote store's answer to each. */
const MAX_RUNNING = 4;

/** A client that has taken nothing for so long is cut off when others wait for the memory that its chunk holds. */
const MAX_STALL_MS = 30_000;

export const DEFAULT_MAX_CHUNK_BYTES = 64 * 1024 * 1024;

/** A chunk that waits for its client. */
interface Held {
  readonly bytes: number;
  readonly since: number;
  readonly cut: () => void;
}

export class ThreadTurns {
  /** How many bytes of chunks may wait for their clients. A chunk that is over it by itself is produced when nothing else waits. */
  maxBytes: number;
  readonly #waiting: (() => void)[] = [];
  /** In the order of their production. */
  readonly #held = new Set<Held>();
  #heldBytes = 0;
  #running = 0;
  /** Runs while something is held. */
  #checking: NodeJS.Timeout | undefined;
  #isGranting = false;

  constructor(
    maxBytes = DEFAULT_MAX_CHUNK_BYTES,
    private readonly elapsed: () => number = () => performance.now(),
  ) {
    this.maxBytes = maxBytes;
  }

  /** What was produced and not yet sent. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Does the work in a turn of its own: after everything that asked before, and after the thread has looked at its sockets. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      void this.#grant();
    });
    try {
      return await work();
    } finally {
      this.#running -= 1;
      void this.#grant();
    }
  }

  /**
   * Counts a chunk until its client has taken it.
   *
   * @param cut ends the answer; called when others wait for memory and the client has taken nothing for 30 s
   * @returns to be called once the client has taken it, or is gone
   */
  hold(bytes: number, cut: () => void): () => void {
    const held = { bytes, since: this.elapsed(), cut };
    this.#held.add(held);
    this.#heldBytes += bytes;
    this.#checking ??= setInterval(() => {
      this.cutStalled();
    }, MAX_STALL_MS / 3).unref();
    return () => {
      if (!this.#held.delete(held)) return;
      this.#heldBytes -= bytes;
      if (this.#held.size === 0) {
        clearInterval(this.#checking);
        this.#checking = undefined;
      }
      void this.#grant();
    };
  }

  /** Cuts off the clients that hold memory for too long, if others wait for it. */
  cutStalled(): void {
    if (this.#waiting.length === 0 || !this.#isFull) return;
    const stalled = [...this.#held].filter(({ since }) => this.elapsed() - since >= MAX_STALL_MS);
    for (const { cut } of stalled) cut();
  }

  get #isFull(): boolean {
    return this.#heldBytes >= this.maxBytes;
  }

  async #grant(): Promise<void> {
    if (this.#isGranting) return;
    this.#isGranting = true;
    while (this.#waiting.length > 0 && this.#running < MAX_RUNNING && !this.#isFull) {
      await nextTurn();
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#running += 1;
      next();
    }
    this.#isGranting = false;
  }
}

/** Those of this process: there is one thread to share. */
export const threadTurns = new ThreadTurns();

/** Apart from those of long answers: appends never wait for streams. */
const bodyTurns = new ThreadTurns();

/** Bodies up to this size are parsed at once, as nearly all are. Larger ones that arrive together would hold the thread one after the other. */
const MAX_BYTES_AT_ONCE = 16 * 1024;

/** Parses a body, a large one in a turn of its own. What is done with it before anything is waited for is part of the turn. */
export function parseInTurn<Body>(bytes: number, parse: () => Body, turns = bodyTurns): Body | Promise<Body> {
  return bytes <= MAX_BYTES_AT_ONCE ? parse() : turns.take(async () => Promise.resolve(parse()));
}

/** The same pages, each read in a turn of its own. */
export async function* inTurns<Page>(pages: AsyncIterable<Page>, turns = threadTurns): AsyncGenerator<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await turns.take(() => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Apart from those of chunks, which a page waits for while it is collected. */
const pageTurns = new ThreadTurns();

/** Collects what a page holds in memory: some pages at a time, however many clients ask. */
export function collectPage<Page>(collect: () => Promise<Page>): Promise<Page> {
  return pageTurns.take(collect);
}

/** A part of an answer: text, or bytes. */
export type Chunk = string | Buffer;

/**
 * The same chunks as bytes, each produced in a turn of its own and counted until the next one is asked for, which is when the
 * client has taken it.
 *
 * @param cut ends the answer
 */
export async function* chunksInTurns(
  chunks: AsyncGenerator<Chunk>,
  cut: () => void,
  turns = threadTurns,
): AsyncGenerator<Buffer> {
  let release = (): void => undefined;
  // In a function of its own, so that no frame keeps the text beside its bytes while the client takes them.
  const produce = async (): Promise<Buffer | undefined> => {
    const next = await chunks.next();
    return next.done === true ? undefined : Buffer.from(next.value);
  };
  try {
    for (;;) {
      const bytes = await turns.take(produce);
      if (bytes === undefined) return;
      if (bytes.length === 0) continue; // others take their turns while there is nothing to send
      release = turns.hold(bytes.length, cut);
      yield bytes;
      release();
    }
  } finally {
    release();
    await chunks.return(undefined);
  }
}
