/** A fold that follows the log, keeps snapshots, and answers queries. */
import { position, type Position, type Query } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { Page } from '../event-log/page.js';
import { WaitablePosition } from '../event-log/waitable-position.js';
import type { ProjectionDefinition, View } from './define-projection.js';
import type { FoldState } from './fold-state.js';
import {
  lifecycleOf,
  statusOf,
  type FoldingEvent,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionFault,
  type ProjectionStatus,
} from './projection.machine.js';
import type { Snapshots } from './snapshots.js';

/** What a projection tells of itself while it runs; its host turns it into signals and log lines. */
export interface ProjectionObserver {
  recovered(report: RecoveryReport): void;
  faulted(fault: ProjectionFault): void;
}

export interface RecoveryReport {
  readonly position: Position;
  /** The position of the snapshot that was restored; 0 without one. */
  readonly restoredFrom: Position;
  /** How many events were read after it. */
  readonly events: number;
  readonly milliseconds: number;
}

export class Projection<Context = unknown> {
  readonly #folded = new WaitablePosition();
  readonly #waits = new Set<AbortController>();
  readonly #consumed: Query;
  #isEnding = false;
  #state: FoldState<Context>;
  #view: { readonly of: FoldState<Context>; readonly view: View } | undefined;
  #status: ProjectionStatus = 'recovering';
  #fault: ProjectionFault | undefined;
  #actor: ProjectionActor | undefined;

  constructor(
    readonly definition: ProjectionDefinition<Context>,
    private readonly log: EventLog,
    private readonly snapshots: Snapshots,
    private readonly observer: ProjectionObserver,
  ) {
    this.#state = definition.fold.initial;
    this.#consumed = [{ types: definition.consumes.map((contract) => contract.type) }];
  }

  get name(): string {
    return this.definition.name;
  }

  /** How far the log has been folded. State and position always belong together. */
  get position(): Position {
    return this.#folded.position;
  }

  get state(): FoldState<Context> {
    return this.#state;
  }

  get status(): ProjectionStatus {
    return this.#status;
  }

  get fault(): ProjectionFault | undefined {
    return this.#fault;
  }

  /** What a query answers with, made once for each state. */
  view(): View {
    if (this.#view?.of !== this.#state) {
      this.#view = { of: this.#state, view: this.definition.view(this.#state) };
    }
    return this.#view.view;
  }

  /**
   * Resolves once everything up to the position is folded.
   *
   * @throws the signal's reason once it is aborted, or once the process begins to end. A projection that faulted
   *   folds no further, and only the signal ends the wait.
   */
  async reached(wanted: Position, signal: AbortSignal): Promise<void> {
    if (wanted <= this.position) return;
    const wait = new AbortController();
    const giveUp = (): void => {
      wait.abort(signal.reason);
    };
    this.#waits.add(wait);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    if (this.#isEnding) wait.abort();
    try {
      await this.#folded.passed(position(wanted - 1), wait.signal);
    } finally {
      this.#waits.delete(wait);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends all waiting, now and from now on: the process is about to end. */
  endWaiting(): void {
    this.#isEnding = true;
    for (const wait of this.#waits) wait.abort();
  }

  /** The lifecycle, with this projection's own work in it; the runtime's root actor runs it. */
  lifecycle(): Lifecycle {
    return lifecycleOf((tell, ended) => {
      void this.#fold(tell, ended);
    });
  }

  /** The actor says where in its life the projection is; queries ask too often to look that up each time. */
  runsAs(actor: ProjectionActor): void {
    this.#actor = actor;
    const update = (snapshot: ReturnType<ProjectionActor['getSnapshot']>): void => {
      this.#status = statusOf(snapshot);
      this.#fault = snapshot.context.fault;
    };
    update(actor.getSnapshot());
    actor.subscribe(update);
  }

  /** Stops folding and keeps a last snapshot. The state can still be asked for. */
  async stop(): Promise<void> {
    this.#actor?.send({ type: 'stop' });
    await this.snapshots.takeLast(this.position, this.#state);
  }

  async #fold(tell: (event: FoldingEvent) => void, ended: AbortSignal): Promise<void> {
    const fail = (error: unknown): void => {
      const fault =
        error instanceof FoldFailed ? error.fault : { position: position(this.position + 1), error };
      tell({ type: 'fault', fault });
      this.observer.faulted(fault);
    };
    try {
      const began = performance.now();
      const restored = await this.snapshots.newest();
      const target = await this.log.head();
      if (ended.aborted) return;
      if (restored !== undefined) {
        this.#state = restored.state as FoldState<Context>;
        this.#folded.moveTo(restored.position);
      }
      const restoredFrom = this.position;
      let recovered = false;
      const caughtUp = (): void => {
        if (recovered || this.position < target) return;
        recovered = true;
        tell({ type: 'caught up' });
        const milliseconds = performance.now() - began;
        this.observer.recovered({
          position: this.position,
          restoredFrom,
          events: this.position - restoredFrom,
          milliseconds,
        });
      };
      caughtUp();
      const subscription = this.log.followProgress(this.#consumed, this.position).subscribe({
        next: (page) => {
          this.#foldPage(page);
          caughtUp();
          this.snapshots.offer(this.position, this.#state);
        },
        error: fail,
      });
      ended.addEventListener('abort', () => {
        subscription.unsubscribe();
      });
    } catch (error) {
      fail(error);
    }
  }

  /**
   * Folds as far as it goes: what came before an event that cannot be folded is kept. Several events may stand at one
   * position; it is folded whole or not at all.
   */
  #foldPage({ events, through }: Page): void {
    const { fold } = this.definition;
    let state = this.#state;
    let kept = state;
    let folded = this.position;
    let current = folded;
    try {
      for (const event of events) {
        if (event.position !== current) {
          kept = state;
          folded = position(event.position - 1);
          current = event.position;
        }
        state = fold.step(state, event);
      }
      kept = state;
      folded = through;
    } catch (error) {
      throw new FoldFailed({ position: current, error });
    } finally {
      this.#state = kept;
      this.#folded.moveTo(folded);
    }
  }
}

class FoldFailed extends Error {
  constructor(readonly fault: ProjectionFault) {
    super(`the event at position ${fault.position} cannot be folded`, { cause: fault.error });
  }
}
