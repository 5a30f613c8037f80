/** The newest stretch of the log, in memory, shared by all followers: what makes following cheap. */
import { START, type Position, type RecordedEvent } from './event.js';

/** What the tail may weigh, in bytes, roughly. */
const HEAVIEST = 8 * 1024 * 1024;
const MOST_EVENTS = 16_384;

interface Stretch {
  /** Everything after `after` up to `through` is in `events`, and nothing else. */
  readonly after: Position;
  readonly through: Position;
  readonly events: readonly RecordedEvent[];
  readonly weight: number;
}

export class Tail {
  readonly #stretches: Stretch[] = [];
  #weight = 0;
  #count = 0;

  /** The position up to which the tail knows the log. */
  get through(): Position {
    return this.#stretches.at(-1)?.through ?? START;
  }

  /** Takes what was recorded next; what does not join on to the rest begins a new tail. */
  add(stretch: Stretch): void {
    if (stretch.after < this.through) return; // known already
    if (stretch.after > this.through) this.#clear();
    this.#stretches.push(stretch);
    this.#weight += stretch.weight;
    this.#count += stretch.events.length;
    while (this.#stretches.length > 1 && (this.#weight > HEAVIEST || this.#count > MOST_EVENTS))
      this.#dropOldest();
  }

  /** The stretches that follow on a position; undefined when there are none, or the tail does not reach back so far. */
  since(after: Position): readonly Stretch[] | undefined {
    const oldest = this.#stretches[0];
    if (oldest === undefined || after < oldest.after || after >= this.through) return undefined;
    return this.#stretches.slice(this.#indexOf(after));
  }

  /** The first stretch that ends after the position. Followers are mostly at the very end, so look there first. */
  #indexOf(after: Position): number {
    let index = this.#stretches.length;
    while (index > 0 && (this.#stretches[index - 1]?.through ?? START) > after) index -= 1;
    return index;
  }

  #dropOldest(): void {
    const oldest = this.#stretches.shift();
    this.#weight -= oldest?.weight ?? 0;
    this.#count -= oldest?.events.length ?? 0;
  }

  #clear(): void {
    this.#stretches.length = 0;
    this.#weight = 0;
    this.#count = 0;
  }
}
