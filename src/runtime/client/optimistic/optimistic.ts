/** Optimistic rendering: a command shows at once what its events would make of the state, folded as the server folds them. */
import type { Client } from '../client.js';
import type { CommandAnswer } from '../commands.js';
import { liveOf, type Live } from '../live.js';
import type { ClientTypes, Part } from '../types.js';
import type { Machine } from '../../fold/fold.js';
import { CommandQueue, type OptimisticCommand, type PendingCommand } from './command-queue.js';
import { Follower } from './follower.js';
import { Replica, type FoldedView } from './replica.js';

export interface OptimisticState<View> {
  /** With what is pending. */
  readonly view: View;
  /** Without. */
  readonly recorded: View;
  /** Up to where the log is in `recorded`. */
  readonly position: number;
  /** Commands that were submitted and whose events are not in `recorded` yet, in order. */
  readonly pending: readonly PendingCommand[];
}

/** What was answered and has not come by after so long is looked for. */
const COMES_BY_WITHIN_MS = 2000;

/** @param client whose events are served to it (`events:read`), beside the projections that are shown */
export function createOptimistic<Types extends ClientTypes>(client: Client<Types>): Optimistic<Types> {
  return new Optimistic<Types>(client);
}

export class Optimistic<Types extends ClientTypes = ClientTypes> {
  readonly #replicas = new Set<Replica>();
  readonly #queue = new CommandQueue(() => {
    this.#changed();
  });
  readonly #waiting = new Set<() => void>();
  #version = 0;
  #follower: Follower | undefined;

  constructor(private readonly client: Client<Types>) {}

  /** What was submitted and is not in the states yet, in order. */
  get pending(): readonly PendingCommand[] {
    return this.#queue.pending;
  }

  /**
   * The state, and each that follows; who is slow gets the newest alone. Ends with a ProblemError where the client may not have the state or the
   * events, and with OtherVersion where the server folds another version of the projection.
   *
   * @param name as in `client.projection`
   * @param folded the machine and the view of the projection
   */
  projection<Of extends Machine, View extends object>(
    name: keyof Part<Types, 'projections'> & string,
    folded: FoldedView<Of, View>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Live<OptimisticState<View>> {
    return liveOf((ending) => this.#states(name, folded, ending), signal);
  }

  /**
   * Shows what the command is expected to record, and sends it, after those that were submitted before. What it has really recorded takes the
   * place of what was shown once it comes by; where it is refused, or not answered in time, what was shown goes.
   *
   * @throws ProblemError when it is refused, CommandTimeout, or the signal's reason
   */
  async submit(command: OptimisticCommand): Promise<CommandAnswer> {
    const answer = await this.#queue.submit(command);
    if (this.#follower === undefined) this.#queue.reach(this.#queue.answered);
    else void this.#follower.reach(answer.position, COMES_BY_WITHIN_MS);
    return answer;
  }

  async *#states<Of extends Machine, View extends object>(
    name: string,
    folded: FoldedView<Of, View>,
    signal: AbortSignal,
  ): AsyncGenerator<OptimisticState<View>> {
    const replica = this.#watched(name, folded);
    try {
      for (let shown = -1; ;) {
        signal.throwIfAborted();
        if (replica.error !== undefined) throw replica.error.thrown;
        const { position } = replica;
        if (shown !== this.#version && position !== undefined) {
          shown = this.#version;
          const recorded = replica.recorded(folded.view);
          const expected = this.#queue.expectedAt(position);
          const { pending } = this.#queue;
          yield {
            view: expected.length === 0 ? recorded : replica.expected(expected, folded.view),
            recorded,
            position,
            pending,
          };
        } else await this.#change(signal);
      }
    } finally {
      this.#leave(replica);
    }
  }

  /** All that watch one projection share its replica. One that could not be loaded is not shared: it is asked for anew. */
  #watched(name: string, folded: FoldedView): Replica {
    const known = [...this.#replicas].find((each) => each.error === undefined && each.isOf(name, folded));
    const replica = known ?? new Replica(name, folded);
    replica.watchers += 1;
    this.#replicas.add(replica);
    if (this.#follower === undefined) this.#follower = this.#followed();
    else if (known === undefined) this.#follower.load(replica);
    return replica;
  }

  #followed(): Follower {
    return new Follower(
      this.client,
      this.#replicas,
      this.#queue,
      () => {
        this.#changed();
      },
      (thrown) => {
        for (const replica of this.#replicas) replica.error ??= { thrown };
        this.#replicas.clear(); // who watches anew begins anew
        this.#follower = undefined;
        this.#changed();
      },
    );
  }

  #leave(replica: Replica): void {
    replica.watchers -= 1;
    if (replica.watchers > 0) return;
    if (!this.#replicas.delete(replica) || this.#replicas.size > 0) return;
    this.#follower?.end();
    this.#follower = undefined;
    this.#queue.reach(this.#queue.answered); // what is loaded later has it
  }

  #changed(): void {
    this.#version += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }
}
