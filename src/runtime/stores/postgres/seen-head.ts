/** Where the log in PostgreSQL was last seen to end, and with which commit: tells when it has another past. */
import { LogWentBack } from '../../event-log/errors.js';
import { START, type Position } from '../../event-log/event.js';
import { NO_HASH } from '../../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../../event-log/following/waitable-position.js';

export interface HeadRow {
  readonly head: Position;
  /** The hash of the commit that ends there. */
  readonly hash: Buffer;
}

/** The log's row, and the hash of the commit that ended the log when it was last seen; null when that is gone. */
export interface HeadSinceRow extends HeadRow {
  readonly known: Buffer | null;
}

/** What was known when the database was asked. What it answers is compared with that, since meanwhile more may be known. */
export interface KnownHead extends HeadRow {
  readonly seen: Position;
}

/** Its parameter: the `head` of what is known. */
export const selectHeadSince = (schema: string): string =>
  `select head, hash, (select hash from "${schema}".commits where last = $1) as known from "${schema}".log`;

export class SeenHead {
  readonly position = new WaitablePosition();
  #row: HeadRow = { head: START, hash: NO_HASH };
  #lost: LogWentBack | undefined;

  get known(): KnownHead {
    return { ...this.#row, seen: this.position.position };
  }

  /** This process has appended from `first` on, up to there. */
  appended(first: Position, row: HeadRow): void {
    const { head, hash } = this.#row;
    if (head > row.head) return; // seen already, with what others appended since; or another past, as the next look finds
    const isSeen = head === row.head && hash.equals(row.hash);
    if (head < first || isSeen) {
      this.#row = row;
      this.#moveTo(row.head);
    } else this.#lose(row);
  }

  /** Compares what the database answered with what was known when it was asked. */
  take(before: KnownHead, { head, hash, known }: HeadSinceRow): void {
    const isSamePast = before.head === START || known?.equals(before.hash) === true;
    if (isSamePast && head >= before.seen) {
      if (head > this.#row.head) this.#row = { head, hash };
      this.#moveTo(head);
    } else if (before.head === this.#row.head && before.hash.equals(this.#row.hash)) {
      this.#lose({ head, hash });
    }
  }

  /** @throws LogWentBack, once, after the log was found to have another past */
  requireSamePast(): void {
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined) throw lost;
  }

  #lose(row: HeadRow): void {
    this.#lost = new LogWentBack(this.position.position, row.head);
    this.#row = row;
    this.position.goBackTo(row.head);
  }

  #moveTo(head: Position): void {
    if (head > this.position.position) this.position.moveTo(head);
  }
}
