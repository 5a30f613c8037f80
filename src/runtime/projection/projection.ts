/** A fold that follows the log, keeps snapshots, and answers queries. */
import { START, position, type Position, type Query } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { Page } from '../event-log/page.js';
import { WaitablePosition } from '../event-log/waitable-position.js';
import type { ProjectionDefinition, View } from './define-projection.js';
import type { FoldState } from './fold-state.js';
import { FoldFailed, Folding, type Folded } from './folding.js';
import {
  lifecycleOf,
  statusOf,
  type FoldingEvent,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionFault,
  type ProjectionStatus,
} from './projection.machine.js';
import type { Drift } from './audit/drift.js';
import type { Snapshot } from './snapshot-store.js';
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
  readonly #echoes = new Set<(page: Page) => void>();
  /** Where a shadow's state has taken the place of this one's, and how often. */
  #replaced = { at: START, times: 0 };
  #drift: Drift | undefined;
  #settle: () => void = () => undefined;
  /** Resolves once it has recovered, or has stopped before it had. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });
  #isEnding = false;
  #folding: Folding<Context>;
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
    this.#folding = new Folding(definition.fold);
    this.#consumed = [{ types: definition.consumes.map((contract) => contract.type) }];
  }

  get name(): string {
    return this.definition.name;
  }

  /** How far the log has been folded. State and position always belong together. */
  get position(): Position {
    return this.#folded.position;
  }

  /** State, position and digest as they are now. */
  get folded(): Folded<Context> {
    return this.#folding.folded;
  }

  get state(): FoldState<Context> {
    return this.#folding.state;
  }

  /** Tells an answer from every other that this process gives: the position, unless the state was replaced at one. */
  get version(): string {
    const { at, times } = this.#replaced;
    return times > 0 && at === this.position ? `${at}.${times}` : String(this.position);
  }

  /** Where the state and the log part, as far as the last audit found out. */
  get drift(): Drift | undefined {
    return this.#drift;
  }

  audited(drift: Drift | undefined): void {
    this.#drift = drift;
  }

  get status(): ProjectionStatus {
    return this.#status;
  }

  get fault(): ProjectionFault | undefined {
    return this.#fault;
  }

  /** What a query answers with, made once for each state. */
  view(): View {
    const { state } = this;
    if (this.#view?.of !== state) this.#view = { of: state, view: this.definition.view(state) };
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

  /** Hands on every page from now on, right after it was folded. @returns what ends it */
  echo(to: (page: Page) => void): () => void {
    this.#echoes.add(to);
    return () => this.#echoes.delete(to);
  }

  /**
   * Puts what a shadow has folded in the place of what this one has, between two events: nobody sees a state in between,
   * and no position goes back. Resolves to whether a snapshot of it is kept, and those of the old state are gone that
   * `isKept` does not want.
   *
   * @throws Error when the two do not stand at one position
   */
  replaceBy(folded: Folded, isKept: (found: Snapshot) => boolean): Promise<boolean> {
    if (folded.position !== this.position)
      throw new Error(`${this.name} stands at ${this.position}, its shadow at ${folded.position}`);
    this.#folding = new Folding(this.definition.fold, folded as Folded<Context>);
    this.#replaced = { at: this.position, times: this.#replaced.times + 1 };
    this.#drift = undefined;
    return this.snapshots.beginAnew(folded, isKept);
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
      if (this.#status !== 'recovering') this.#settle();
    };
    update(actor.getSnapshot());
    actor.subscribe(update);
  }

  /** Stops folding and keeps a last snapshot. The state can still be asked for. */
  async stop(): Promise<void> {
    this.#actor?.send({ type: 'stop' });
    await this.snapshots.takeLast(this.folded);
  }

  async #fold(tell: (event: FoldingEvent) => void, ended: AbortSignal): Promise<void> {
    const fail = (error: unknown): void => {
      const fault = faultOf(error, this.position);
      tell({ type: 'fault', fault });
      this.observer.faulted(fault);
    };
    try {
      const began = performance.now();
      const restored = await this.snapshots.newest();
      const target = await this.log.head();
      if (ended.aborted) return;
      if (restored !== undefined) {
        this.#folding = new Folding(this.definition.fold, restored as Folded<Context>);
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
          this.#take(page);
          caughtUp();
          this.snapshots.offer(this.folded);
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

  /** @throws FoldFailed */
  #take(page: Page): void {
    try {
      this.#folding.take(page);
    } finally {
      this.#folded.moveTo(this.#folding.position);
    }
    for (const each of this.#echoes) each(page);
  }
}

function faultOf(error: unknown, folded: Position): ProjectionFault {
  if (!(error instanceof FoldFailed)) return { position: position(folded + 1), error };
  const { position: at, event, cause } = error;
  return { position: at, error: cause, ...(event !== undefined && { event }) };
}
