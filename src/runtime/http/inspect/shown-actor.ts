/** One actor as all clients are shown it: at a bounded pace, written once for all of them. */
import { MAX_EVENTS, type InspectedActor } from './inspected-actors.js';
import {
  PASSED_OVER,
  actorMessage,
  boundedSnapshot,
  eventMessage,
  snapshotMessage,
  type InspectedEvent,
} from './inspection-messages.js';

/** Twenty snapshots a second. */
const MIN_INTERVAL_MS = 50;

/** What is slow to write is written less often: it takes at most a twentieth of the thread. */
const PAUSE_FOR_WORK = 19;

export interface News {
  readonly texts: readonly string[];
  /** How many events they are of, with those that are passed over. */
  readonly count: number;
}

export class ShownActor {
  #events: readonly InspectedEvent[] = [];
  #count = 0;
  #lastEvent: InspectedEvent | undefined;
  #seen: unknown;
  #copied: { readonly of: unknown; readonly snapshot: object } | undefined;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: () => void = () => undefined;

  constructor(
    private readonly actor: InspectedActor,
    private readonly tell: (actor: ShownActor, news: News) => void,
  ) {}

  start(): void {
    this.#seen = this.actor.mark();
    this.#stopWatching =
      this.actor.watch?.((count, last) => {
        this.#count += count;
        this.#events = [...this.#events, ...last].slice(-MAX_EVENTS);
        this.#lastEvent = this.#events.at(-1);
        this.#plan();
      }) ?? this.#stopWatching;
  }

  stop(): void {
    this.#stopWatching();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events = [];
    this.#count = 0;
    this.#copied = undefined;
  }

  /** Whether its snapshot has changed, also where no event was told: to be called once in a while. */
  look(): void {
    if (this.actor.mark() !== this.#seen) this.#plan();
  }

  /** For a client that has not seen it yet. */
  introduction(): string {
    return actorMessage(this.actor, this.#snapshot());
  }

  /** For a client that was shown nothing of so many events. */
  newest(missed: number): readonly string[] {
    const snapshot = snapshotMessage(this.actor, this.#snapshot(), this.#lastEvent);
    return missed === 0 ? [snapshot] : [this.#passedOver(missed), snapshot];
  }

  #plan(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#tellNews();
      },
      Math.max(0, this.#next - performance.now()),
    ).unref();
  }

  #tellNews(): void {
    this.#timer = undefined;
    const began = performance.now();
    const [events, count] = [this.#events, this.#count];
    this.#events = [];
    this.#count = 0;
    this.#seen = this.actor.mark();
    const missed = count - events.length;
    const texts = [
      ...(missed > 0 ? [this.#passedOver(missed)] : []),
      ...events.map((event) => eventMessage(this.actor, event)),
      ...this.newest(0),
    ];
    this.tell(this, { texts, count });
    const ended = performance.now();
    this.#next = ended + Math.max(MIN_INTERVAL_MS, PAUSE_FOR_WORK * (ended - began));
  }

  #passedOver(count: number): string {
    const event = { type: PASSED_OVER, count };
    return eventMessage(this.actor, event);
  }

  /** Looked through again only when it is another. */
  #snapshot(): object {
    const of = this.actor.mark();
    const copied = this.#copied;
    if (copied !== undefined && copied.of === of) return copied.snapshot;
    const snapshot = boundedSnapshot(this.actor.snapshot());
    this.#copied = { of, snapshot };
    return snapshot;
  }
}
