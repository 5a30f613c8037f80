/** A fold that follows the log, keeps snapshots, and answers queries. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START, type Page, type Position, type Query } from '../event-log/event.js';
import { LogWentBack } from '../event-log/errors.js';
import type { EventLog } from '../event-log/event-log.js';
import type { StoreStatus } from '../event-log/event-store.js';
import type { ProjectionDefinition, View } from './define-projection.js';
import { faultOf, type ProjectionFault } from './fault.js';
import type { FoldState } from '../fold/fold-state.js';
import { fingerprintIn } from '../fold/machine-fingerprint.js';
import { FoldedPosition } from './folded-position.js';
import { beginning, Folding, type Folded, type Skipped } from './folding.js';
import { foldInSlices } from './folding-slices.js';
import { LifecycleState } from './lifecycle-state.js';
import { MovingRate } from './moving-rate.js';
import {
  lifecycleOf,
  type FoldingEvent,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionStatus,
} from './projection.machine.js';
import type { Drift } from './operations/comparison-points.js';
import { Past } from './past/past.js';
import type { ProjectionObserver } from './projection.machine.js';
import { fingerprintWithout, isSkip, skipTypes, skippedBy, skippedIn } from './skipping.js';
import type { SnapshotEntry, SnapshotIdentity } from './snapshots/snapshot-store.js';
import { stateDigest } from './snapshots/state-digest.js';
import type { Snapshots } from './snapshots/snapshots.js';

export class Projection<Context = unknown> {
  /** Its states of the past. */
  readonly past: Past<Context>;
  readonly #folded = new FoldedPosition();
  readonly #followed: Query;
  readonly #rate = new MovingRate();
  readonly #onFolded = new Set<(page: Page) => void>();
  #drift: Drift | undefined;
  readonly #lifecycle = new LifecycleState();
  #folding: Folding<Context>;
  /** Grows while the projection runs, but only by positions that are not folded yet. */
  #skipped = new Set<Position>();
  #identified: { readonly state: FoldState<Context>; readonly digest: string } | undefined;
  /** At a fault: the hash of the commit that the state stands at. */
  #hashAtFault: Promise<string | undefined> | undefined;
  #view: { readonly of: FoldState<Context>; readonly view: View } | undefined;
  #machine: string | undefined;
  #restoredFrom: Position = START;

  /** @internal `ProjectionHost` makes projections. */
  constructor(
    readonly definition: ProjectionDefinition<Context>,
    /** @internal */
    readonly log: EventLog,
    private readonly snapshots: Snapshots,
    private readonly observer: ProjectionObserver,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.#folding = new Folding(definition.fold);
    this.past = new Past(definition, log, snapshots, () => this.#skipped);
    const consumed = definition.consumes.map((contract) => contract.type);
    this.#followed = [{ types: [...new Set([...consumed, ...skipTypes])] }];
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

  /** Identifies what a query is answered with: the position, and a digest of the log's identity, the machine and the state. */
  get version(): string {
    const { state, position } = this;
    if (this.#identified?.state !== state) this.#identified = { state, digest: this.#identify(state) };
    return `${position}.${this.#identified.digest}`;
  }

  /** What keeps the log that it follows from being read or appended to. */
  get logStatus(): StoreStatus | undefined {
    return this.log.status();
  }

  /** The position of the snapshot that it began from; 0 when it has folded the whole log. */
  get restoredFrom(): Position {
    return this.#restoredFrom;
  }

  /** Where the last audit found that the state is not what the log folds to. */
  get drift(): Drift | undefined {
    return this.#drift;
  }

  audited(drift: Drift | undefined): void {
    this.#drift = drift;
  }

  get status(): ProjectionStatus {
    return this.#lifecycle.status;
  }

  /** Resolves once it has recovered, or has stopped before it had. */
  get settled(): Promise<void> {
    return this.#lifecycle.settled;
  }

  /** Why it stopped; also while it resumes, until it is past that. */
  get fault(): ProjectionFault | undefined {
    return this.#lifecycle.faultAt(this.position);
  }

  /** The positions that it skips, as far as it knows. */
  get skipped(): Skipped {
    return this.#skipped;
  }

  /** Over the last ten seconds; what it consumes, not every event of the log. */
  get eventsPerSecond(): number {
    return this.#rate.perSecond();
  }

  /** Newest first. */
  snapshotsKept(): Promise<readonly SnapshotEntry[]> {
    return this.snapshots.list();
  }

  /** What a query is answered with, made once for each state. */
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

  /** Calls back with every page from now on, right after it was folded. @returns what ends it */
  onFolded(callback: (page: Page) => void): () => void {
    this.#onFolded.add(callback);
    return () => this.#onFolded.delete(callback);
  }

  /**
   * Replaces the state by a rebuilt one of the same position, in one turn. Resolves once the snapshots of the old state
   * are gone, but for those that `isKept` wants, to whether there is a snapshot of the new one.
   *
   * @throws Error when the two are not at the same position
   */
  replaceBy(folded: Folded, isKept: (found: SnapshotIdentity) => boolean): Promise<boolean> {
    if (folded.position !== this.position)
      throw new Error(
        `${this.name} is at ${this.position}, the state to replace it with at ${folded.position}`,
      );
    this.#folding = new Folding(this.definition.fold, folded as Folded<Context>, this.#skipped);
    this.#drift = undefined;
    return this.snapshots.replaceAll(folded, isKept, this.#skipped);
  }

  /** The lifecycle, with this projection's own work in it; the runtime's root actor runs it. */
  lifecycle(): Lifecycle {
    return lifecycleOf((tell, ended) => {
      void this.#run(tell, ended);
    });
  }

  /** The actor that runs the lifecycle. */
  runsAs(actor: ProjectionActor): void {
    this.#lifecycle.copyFrom(actor);
  }

  /**
   * Tries again from where it stopped; does nothing unless it is faulted. Resolves once it follows or is faulted again, or
   * after five seconds.
   */
  resume(): Promise<void> {
    return this.#lifecycle.resume();
  }

  /** Stops folding and takes a last snapshot. Queries are still answered. */
  async stop(): Promise<void> {
    this.#lifecycle.send({ type: 'stop' });
    await this.snapshots.saveLast(this.folded, this.#skipped);
  }

  /** Restores, folds up to the head, and follows the log, until it is told to end or cannot go on. */
  async #run(tell: (event: FoldingEvent) => void, ended: AbortSignal): Promise<void> {
    try {
      const began = performance.now();
      const isResuming = this.#lifecycle.lastFault !== undefined;
      const skipped = new Set(await skippedBy(this.log, this.name));
      const from = (await this.#reusable(skipped)) ?? (await this.snapshots.newest(skipped));
      const target = await this.log.head();
      if (ended.aborted) return;
      this.#begin((from as Folded<Context> | undefined) ?? beginning(this.definition.fold), skipped);
      const restoredFrom = this.position;
      if (!isResuming) this.#restoredFrom = restoredFrom;
      const caughtUp = (): void => {
        tell({ type: 'caught up' });
        const { position } = this;
        const milliseconds = performance.now() - began;
        const report = { position, restoredFrom, events: position - restoredFrom, milliseconds };
        if (isResuming) this.observer.resumed(report);
        else this.observer.recovered(report);
      };
      if (this.position >= target) caughtUp();
      for await (const page of this.log.followPages(this.#followed, this.position, ended)) {
        ended.throwIfAborted();
        const wasBehind = this.position < target;
        const take = this.#take(page);
        let taken = take.next();
        for (; taken.done !== true; taken = take.next()) {
          await nextTurn();
          ended.throwIfAborted();
        }
        if (!taken.value) {
          tell({ type: 'refold' });
          return;
        }
        if (wasBehind && this.position >= target) caughtUp();
        const offered = this.snapshots.schedule(this.folded, this.#skipped);
        // A replay waits for its snapshots. Live, readers wait for the projection, so it does not.
        if (this.position < target) await offered;
      }
    } catch (error) {
      if (ended.aborted) return;
      if (error instanceof LogWentBack) {
        this.observer.wentBack(error);
        this.#begin(beginning(this.definition.fold), new Set()); // nothing of the old past is answered
        await this.snapshots.forgetSaved();
        tell({ type: 'refold' });
        return;
      }
      const fault = faultOf(error, this.position, this.now());
      this.#hashAtFault = this.log.hashAt(this.position).catch(() => undefined);
      tell({ type: 'fault', fault });
      this.observer.faulted(fault);
    }
  }

  /** What was folded before a fault, if exactly these positions were skipped in it and the log still has that past. */
  async #reusable(skipped: Skipped): Promise<Folded<Context> | undefined> {
    const { position: through } = this;
    if (through === START || this.#hashAtFault === undefined) return undefined;
    const hash = await this.#hashAtFault;
    if (hash === undefined || hash !== (await this.log.hashAt(through))) return undefined;
    const isSame =
      fingerprintWithout(skipped, through, '') === fingerprintWithout(this.#skipped, through, '');
    return isSame ? this.folded : undefined;
  }

  /** Sixteen characters: what is compared is written by one server, so collisions need not be feared beyond chance. */
  #identify(state: FoldState<Context>): string {
    this.#machine ??= fingerprintIn(this.log.contracts, this.definition);
    return createHash('sha256')
      .update(`${this.log.identity} ${this.#machine} ${stateDigest(state)}`)
      .digest('base64url')
      .slice(0, 16);
  }

  #begin(from: Folded<Context>, skipped: Set<Position>): void {
    this.#skipped = skipped;
    this.#folding = new Folding(this.definition.fold, from, skipped);
    this.#folded.moveTo(from.position);
  }

  /**
   * Folds a page, unless it says that an event is to be skipped which has been folded already. Yields when other work should
   * have its turn.
   *
   * @returns whether the page was folded
   * @throws FoldFailed
   */
  *#take(page: Page): Generator<void, boolean, void> {
    if (!page.events.some(isSkip)) {
      yield* this.#foldPage(page);
      return true;
    }
    for (const at of skippedIn(page.events, this.name)) {
      if (this.#skipped.has(at)) continue;
      if (at <= this.position) return false;
      this.#skipped.add(at);
    }
    const isConsumed = this.definition.consumes.some(isSkip);
    yield* this.#foldPage(
      isConsumed ? page : { ...page, events: page.events.filter((event) => !isSkip(event)) },
    );
    return true;
  }

  /** What others see of the projection changes once the whole page is folded. @throws FoldFailed after what comes before the event */
  *#foldPage(page: Page): Generator<void, void, void> {
    let base = this.#folding;
    let next = new Folding(this.definition.fold, base.folded, this.#skipped);
    let failure: { readonly error: unknown } | undefined;
    for (;;) {
      try {
        yield* foldInSlices(next, page);
      } catch (error) {
        failure = { error };
      }
      // While other work had its turn, a rebuilt state of the same position may have taken its place.
      if (this.#folding === base) break;
      base = this.#folding;
      next = new Folding(this.definition.fold, base.folded, this.#skipped);
      failure = undefined;
    }
    this.#folding = next;
    this.#folded.moveTo(next.position);
    this.#rate.add(countUpTo(page, next.position));
    if (failure !== undefined) throw failure.error;
    for (const callback of this.#onFolded) callback(page);
  }
}

/** How many of the page's events are at a position or before it. */
function countUpTo({ events, through }: Page, end: Position): number {
  return end >= through ? events.length : events.filter(({ position }) => position <= end).length;
}
