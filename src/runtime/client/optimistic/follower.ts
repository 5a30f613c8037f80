/** Keeps the replicas of projections at the head of the log: each is loaded once, and then all fold the same events. */
import type { Client } from '../client.js';
import { isProblem } from '../problem-error.js';
import { pause } from '../retries.js';
import type { ClientEvent } from '../types.js';
import { isLost, type CommandQueue } from './command-queue.js';
import type { Replica } from './replica.js';

/** An operator has had a projection skip an event: its state is another one from there on. */
const SKIPPED = 'leftfold.event-skipped';

/** For how long the server waits for a position before it is asked anew, in seconds. */
const WAIT = 20;
const PAUSE_MS = 1000;

export class Follower {
  readonly #ended = new AbortController();
  /** Ends the stream of events, for another one to begin. */
  #round = new AbortController();
  #through = 0;

  /** @param onEnd called once, with what cannot be mended by asking again */
  constructor(
    private readonly client: Pick<Client, 'projection' | 'events'>,
    private readonly replicas: ReadonlySet<Replica>,
    private readonly queue: CommandQueue,
    private readonly onChange: () => void,
    onEnd: (error: unknown) => void,
  ) {
    for (const replica of replicas) this.load(replica);
    this.#follow().catch((error: unknown) => {
      if (!this.#ended.signal.aborted) onEnd(error);
      this.end();
    });
  }

  end(): void {
    this.#ended.abort();
    this.#round.abort();
  }

  /** Takes its state from the server, once that has folded up to the position. What comes by meanwhile is folded after it. */
  load(replica: Replica, after = Math.max(this.#through, this.queue.answered)): void {
    const isUnderWay = replica.wanted !== undefined;
    replica.wanted = Math.max(replica.wanted ?? 0, after);
    if (isUnderWay) return;
    this.#loaded(replica).catch((thrown: unknown) => {
      if (this.#ended.signal.aborted) return;
      replica.error = { thrown };
      this.#advance();
    });
  }

  async #loaded(replica: Replica): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      const after = replica.wanted ?? 0;
      try {
        const folded = await this.client.projection(replica.name).folded({ after, wait: WAIT, signal });
        await this.#seek(folded.position);
        signal.throwIfAborted();
        if (!this.replicas.has(replica)) return; // nobody watches it any more
        if (folded.position < (replica.wanted ?? 0)) continue;
        const isFirst = replica.position === undefined;
        for (const event of replica.load(folded)) this.#fold(replica, event);
        if (isFirst) this.#round.abort();
        this.#advance();
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isLost(error)) throw error;
        this.#lower(replica, error);
        await pause(PAUSE_MS, signal);
        if (!this.replicas.has(replica)) return;
      }
    }
  }

  /** Of commands that are not answered yet a state that is loaded may have events that do not come by any more. */
  async #seek(loaded: number): Promise<void> {
    const after = this.queue.soughtAfter(loaded);
    if (after === undefined) return;
    const { signal } = this.#ended;
    const events = this.client.events({ after, types: this.#types(), live: false, signal });
    for await (const event of events as AsyncIterable<ClientEvent>)
      this.queue.arrive(event.metadata['correlationId'], event);
  }

  /** Where the log ends before what is wanted, it was restored from a backup. */
  #lower(replica: Replica, error: unknown): void {
    if (!isProblem(error, 'not-yet')) return;
    const { head, position } = error.document;
    const wanted = replica.wanted ?? 0;
    if (typeof head === 'number' && head < wanted) {
      replica.wanted = head;
      this.#wentBack(head);
    } else if (replica.position === undefined && typeof position === 'number')
      replica.wanted = Math.min(wanted, position); // it has stopped there: better an old state than none
  }

  #wentBack(head: number): void {
    this.#through = Math.min(this.#through, head);
    this.queue.wentBack(head);
  }

  /** Something was recorded up to the position. Where it does not come by, as it was no event that was expected, the states are loaded anew. */
  async reach(position: number, withinMs: number): Promise<void> {
    this.#advance(); // it may have come by before its answer
    await pause(withinMs, this.#ended.signal).catch(() => undefined);
    if (this.#ended.signal.aborted || this.#reached() >= position) return;
    for (const replica of this.replicas)
      if ((replica.position ?? 0) < position && replica.error === undefined) this.load(replica, position);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      this.#round = new AbortController();
      const round = AbortSignal.any([signal, this.#round.signal]);
      try {
        await this.#events(round);
      } catch (error) {
        if (round.aborted) continue;
        if (!isProblem(error, 'log-went-back') && !isProblem(error, 'invalid-header')) throw error;
        // The log was restored from a backup that does not have what is folded here.
        this.#wentBack(0);
        for (const replica of this.replicas) {
          replica.forget();
          this.load(replica, 0);
        }
      }
    }
  }

  async #events(round: AbortSignal): Promise<void> {
    const loaded = [...this.replicas].flatMap(({ after }) => after ?? []);
    if (loaded.length === 0) return untilAborted(round);
    const after = Math.min(...loaded);
    const events = this.client.events({ after, types: this.#types(), signal: round });
    for await (const event of events as AsyncIterable<ClientEvent>) {
      if (round.aborted) return; // it may lack what a replica needs that has been loaded meanwhile
      this.#take(event);
    }
  }

  #types(): readonly string[] {
    return [...new Set([SKIPPED, ...[...this.replicas].flatMap(({ types }) => [...types])])];
  }

  #take(event: ClientEvent): void {
    this.#through = Math.max(this.#through, event.position);
    this.queue.arrive(event.metadata['correlationId'], event);
    for (const replica of this.replicas) this.#fold(replica, event);
    this.#advance();
  }

  /** What cannot be folded here has stopped the server too, until somebody resumes it. */
  #fold(replica: Replica, event: ClientEvent): void {
    if (replica.has(event)) return;
    try {
      // Which projection it is for is not asked: here it has the name under which it is served.
      if (event.type !== SKIPPED) {
        replica.take(event);
        return;
      }
    } catch {
      // as below
    }
    replica.break();
    this.load(replica, event.position);
  }

  #advance(): void {
    this.queue.reach(this.#reached());
    this.onChange();
  }

  #reached(): number {
    const loaded = [...this.replicas].filter(({ error }) => error === undefined);
    return loaded.length === 0 ? 0 : Math.min(...loaded.map(({ position }) => position ?? 0));
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
