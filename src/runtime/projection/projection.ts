/** A fold that follows the log, keeps snapshots, and answers queries. */
import { START, type Position, type Query } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import { countUpTo, type Page } from '../event-log/page.js';
import type { ProjectionDefinition, View } from './define-projection.js';
import { faultOf, type ProjectionFault } from './fault.js';
import type { FoldState } from '../fold/fold-state.js';
import { FoldedPosition } from './folded-position.js';
import { beginning, Folding, type Folded, type Skipped } from './folding.js';
import { MovingRate } from './moving-rate.js';
import {
  lifecycleOf,
  settled,
  statusOf,
  type FoldingEvent,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionStatus,
} from './projection.machine.js';
import type { Drift } from './operations/comparison-points.js';
import { Past } from './past/past.js';
import type { ProjectionObserver } from './projection.machine.js';
import { eventSkipped, fingerprintWithout, skipIn, skippedBy, withoutSkips } from './skipping.js';
import type { SnapshotEntry, SnapshotIdentity } from './snapshots/snapshot-store.js';
import type { Snapshots } from './snapshots/snapshots.js';

/** Nobody waits longer than this for a projection that resumes, in milliseconds. */
const RESUME_TIMEOUT_MS = 5_000;

export class Projection<Context = unknown> {
  /** Its states of the past. */
  readonly past: Past<Context>;
  readonly #folded = new FoldedPosition();
  readonly #followed: Query;
  readonly #rate = new MovingRate();
  readonly #echoes = new Set<(page: Page) => void>();
  /** Where a shadow's state has taken the place of this one's, and how often. */
  #replaced = { at: START, times: 0 };
  #drift: Drift | undefined;
  #settle: () => void = () => undefined;
  /** Resolves once it has recovered, or has stopped before it had. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });
  #folding: Folding<Context>;
  /** Grows while it runs by what stands after the position; what that state passed over is never changed. */
  #skipped = new Set<Position>();
  #view: { readonly of: FoldState<Context>; readonly view: View } | undefined;
  #status: ProjectionStatus = 'recovering';
  #fault: ProjectionFault | undefined;
  #actor: ProjectionActor | undefined;

  constructor(
    readonly definition: ProjectionDefinition<Context>,
    private readonly log: EventLog,
    private readonly snapshots: Snapshots,
    private readonly observer: ProjectionObserver,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.#folding = new Folding(definition.fold);
    this.past = new Past(definition, log, snapshots, () => this.#skipped);
    const consumed = definition.consumes.map((contract) => contract.type);
    this.#followed = [{ types: [...new Set([...consumed, eventSkipped.type])] }];
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

  /** Why it stopped; also while it resumes, until it is past that. */
  get fault(): ProjectionFault | undefined {
    const isPassed = this.#status === 'resuming' && this.position >= (this.#fault?.position ?? 0);
    return isPassed ? undefined : this.#fault;
  }

  /** What it passes over, as it last knew. */
  get skipped(): Skipped {
    return this.#skipped;
  }

  /** Over the last ten seconds; what it consumes, not every event of the log. */
  get eventsPerSecond(): number {
    return this.#rate.perSecond();
  }

  /** Those that are kept now, newest first. */
  snapshotsKept(): Promise<readonly SnapshotEntry[]> {
    return this.snapshots.list();
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
  reached(wanted: Position, signal: AbortSignal): Promise<void> {
    return this.#folded.reached(wanted, signal);
  }

  /** Ends all waiting, now and from now on: the process is about to end. */
  endWaiting(): void {
    this.#folded.endWaiting();
  }

  /** Hands on every page from now on, right after it was folded. @returns what ends it */
  onFolded(to: (page: Page) => void): () => void {
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
  replaceBy(folded: Folded, isKept: (found: SnapshotIdentity) => boolean): Promise<boolean> {
    if (folded.position !== this.position)
      throw new Error(`${this.name} stands at ${this.position}, its shadow at ${folded.position}`);
    this.#folding = new Folding(this.definition.fold, folded as Folded<Context>, this.#skipped);
    this.#replaced = { at: this.position, times: this.#replaced.times + 1 };
    this.#drift = undefined;
    return this.snapshots.replaceAll(folded, isKept, this.#skipped);
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

  /**
   * Tries again from where it stopped; nothing happens unless it is faulted. Resolves once it follows or is faulted
   * again, or after five seconds, whatever it does then.
   */
  async resume(): Promise<void> {
    const actor = this.#actor;
    if (actor === undefined || this.#status === 'stopped') return;
    actor.send({ type: 'resume' });
    await settled(actor, RESUME_TIMEOUT_MS);
  }

  /** Stops folding and keeps a last snapshot. The state can still be asked for. */
  async stop(): Promise<void> {
    this.#actor?.send({ type: 'stop' });
    await this.snapshots.saveLast(this.folded, this.#skipped);
  }

  async #fold(tell: (event: FoldingEvent) => void, ended: AbortSignal): Promise<void> {
    const fail = (error: unknown): void => {
      if (ended.aborted) return;
      const fault = faultOf(error, this.position, this.now());
      tell({ type: 'fault', fault });
      this.observer.faulted(fault);
    };
    try {
      const began = performance.now();
      const isResuming = this.#fault !== undefined;
      const skipped = new Set(await skippedBy(this.log, this.name));
      const from = this.#goodWith(skipped) ?? (await this.snapshots.newest(skipped));
      const target = await this.log.head();
      if (ended.aborted) return;
      this.#skipped = skipped;
      this.#begin((from as Folded<Context> | undefined) ?? beginning(this.definition.fold));
      const restoredFrom = this.position;
      let recovered = false;
      let turn: Promise<void> | undefined;
      const caughtUp = (): void => {
        if (recovered || this.position < target) return;
        recovered = true;
        tell({ type: 'caught up' });
        const milliseconds = performance.now() - began;
        const report = {
          position: this.position,
          restoredFrom,
          events: this.position - restoredFrom,
          milliseconds,
        };
        if (isResuming) this.observer.resumed(report);
        else this.observer.recovered(report);
      };
      caughtUp();
      // A replay waits for its snapshots; who follows live is waited for by readers, and does not.
      const ready = (): Promise<void> | undefined => (recovered ? undefined : turn);
      const subscription = this.log.followProgress(this.#followed, this.position, ready).subscribe({
        next: (page) => {
          if (this.#isSkippedInThePast(page)) {
            tell({ type: 'skipped in the past' });
            return;
          }
          this.#take(page);
          caughtUp();
          turn = this.snapshots.schedule(this.folded, this.#skipped);
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

  /** What is folded already, if that passed over what these say and nothing else. */
  #goodWith(skipped: Skipped): Folded<Context> | undefined {
    const { position: through } = this;
    if (through === START) return undefined;
    const isSame =
      fingerprintWithout(skipped, through, '') === fingerprintWithout(this.#skipped, through, '');
    return isSame ? this.folded : undefined;
  }

  #begin(from: Folded<Context>): void {
    this.#folding = new Folding(this.definition.fold, from, this.#skipped);
    this.#folded.moveTo(from.position);
  }

  /** Notes what the page says is to be skipped from here on. Whether some of it has been folded already. */
  #isSkippedInThePast({ events }: Page): boolean {
    let isPast = false;
    for (const event of events) {
      const at = skipIn(event, this.name);
      if (at === undefined || this.#skipped.has(at)) continue;
      if (at <= this.position) isPast = true;
      else this.#skipped.add(at);
    }
    return isPast;
  }

  /** @throws FoldFailed */
  #take(page: Page): void {
    const consumed = withoutSkips(page, this.definition.consumes);
    try {
      this.#folding.take(consumed);
    } finally {
      this.#folded.moveTo(this.#folding.position);
      this.#rate.add(countUpTo(page, this.position));
    }
    for (const each of this.#echoes) each(consumed);
  }
}
