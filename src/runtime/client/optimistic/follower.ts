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
    private readonly replicas: ReadonlyMap<string, Replica>,
    private readonly queue: CommandQueue,
    private readonly onChange: () => void,
    onEnd: (error: unknown) => void,
  ) {
    const fail = (error: unknown): void => {
      if (!this.#ended.signal.aborted) onEnd(error);
      this.end();
    };
    this.#run = (work) => {
      work().catch(fail);
    };
    for (const replica of replicas.values()) this.load(replica);
    this.#run(() => this.#follow());
  }

  readonly #run: (work: () => Promise<void>) => void;

  end(): void {
    this.#ended.abort();
    this.#round.abort();
  }

  /** Takes its state from the server, once that has folded up to the position. */
  load(replica: Replica, after = this.#through): void {
    this.#run(async () => {
      const { signal } = this.#ended;
      for (;;) {
        try {
          replica.load(await this.client.projection(replica.name).folded({ after, wait: WAIT, signal }));
          break;
        } catch (error) {
          signal.throwIfAborted();
          if (!isLost(error)) throw error;
          await pause(PAUSE_MS, signal);
        }
      }
      this.#advance();
      this.#round.abort();
    });
  }

  /** Something was recorded up to the position. Where it does not come by, as it was no event that was expected, the states are loaded anew. */
  async reach(position: number, withinMs: number): Promise<void> {
    this.#advance(); // it may have come by before its answer
    await pause(withinMs, this.#ended.signal).catch(() => undefined);
    if (this.#ended.signal.aborted || this.#reached() >= position) return;
    for (const replica of this.replicas.values())
      if ((replica.position ?? 0) < position) this.load(replica, position);
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
        this.#through = 0;
        for (const replica of this.replicas.values()) this.load(replica, 0);
        await untilAborted(round);
      }
    }
  }

  async #events(round: AbortSignal): Promise<void> {
    const loaded = [...this.replicas.values()].flatMap(({ position }) => position ?? []);
    if (loaded.length === 0) return untilAborted(round);
    const after = Math.min(...loaded);
    const types = new Set([SKIPPED, ...[...this.replicas.values()].flatMap((each) => [...each.types])]);
    const events = this.client.events({ after, types: [...types], signal: round });
    for await (const event of events as AsyncIterable<ClientEvent>) this.#take(event);
  }

  #take(event: ClientEvent): void {
    this.#through = event.position;
    for (const replica of this.replicas.values()) {
      const isSkip = event.type === SKIPPED && event.tags.includes(`projection:${replica.name}`);
      if (isSkip || !takes(replica, event)) this.load(replica, event.position);
    }
    const { correlationId } = event.metadata;
    if (typeof correlationId === 'string') this.queue.arrive(correlationId, event.position);
    this.#advance();
  }

  #advance(): void {
    this.queue.reach(this.#reached());
    this.onChange();
  }

  #reached(): number {
    return Math.min(...[...this.replicas.values()].map(({ position }) => position ?? 0));
  }
}

/** False where it cannot be folded: then the server has stopped there too, until somebody resumes it. */
function takes(replica: Replica, event: ClientEvent): boolean {
  try {
    replica.take(event);
    return true;
  } catch {
    return false;
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
