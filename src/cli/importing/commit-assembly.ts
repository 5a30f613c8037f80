/** Assembles one commit from its lines and checks that they agree. */
import { MAX_COMMIT_EVENTS } from '../../runtime/event-log/contracts/checked-events.js';
import type { CommitId, NewCommit, Position } from '../../runtime/event-log/event.js';
import type { EventLine } from '../formats/event-line.js';
import { RejectedLine } from './line-reader.js';

export interface ImportedCommit {
  readonly commit: NewCommit;
  /** The number of its first line, for messages. */
  readonly line: number;
  /** The position of its first event in the exported log; undefined unless its positions are known and consecutive. */
  readonly first: Position | undefined;
  /** The length of its lines: an estimate of its size in memory. */
  readonly characters: number;
}

export class CommitAssembly {
  readonly #events: EventLine['event'][] = [];
  readonly #metadata: string;
  #characters = 0;
  #isConsecutive = true;
  #lastPosition = 0;

  /** @param head its first line, which `add` also gets */
  constructor(
    private readonly head: EventLine,
    private readonly line: number,
  ) {
    this.#metadata = JSON.stringify(head.metadata);
  }

  get id(): CommitId {
    return this.head.commit;
  }

  /** @throws RejectedLine when the line contradicts the first one */
  add(
    { event, position, time, metadata, fingerprint, size }: EventLine,
    line: number,
    characters: number,
  ): void {
    const { head } = this;
    const differing = [
      time !== head.time && 'time',
      fingerprint !== head.fingerprint && 'fingerprint',
      size !== head.size && 'number of events',
      metadata !== head.metadata && JSON.stringify(metadata) !== this.#metadata && 'metadata',
    ].find((field) => field !== false);
    if (differing !== undefined)
      throw new RejectedLine(
        line,
        `the commit ${this.id} has another ${differing} here than in line ${this.line}`,
      );
    if (this.#events.length === MAX_COMMIT_EVENTS)
      throw new RejectedLine(line, `the commit ${this.id} has more than ${MAX_COMMIT_EVENTS} events`);
    // Concatenated exports may repeat a commit: the last one of the first file and the first one of the second.
    if (position !== undefined && position <= this.#lastPosition)
      throw new RejectedLine(line, `position ${position} does not follow on ${this.#lastPosition}`);
    if (position !== undefined) this.#lastPosition = position;
    if (head.position === undefined || position !== head.position + this.#events.length)
      this.#isConsecutive = false;
    this.#events.push(event);
    this.#characters += characters;
  }

  /** @throws RejectedLine when lines of the commit are missing */
  finish(): ImportedCommit {
    const { commit: id, time, metadata, fingerprint, size, position } = this.head;
    const { length } = this.#events;
    if (size !== undefined && size !== length)
      throw new RejectedLine(
        this.line + length - 1,
        `the commit ${id} was exported with ${size} events, and ${length} of them are here; the file was cut or filtered`,
      );
    return {
      commit: {
        id,
        time,
        isImported: true,
        metadata,
        events: this.#events,
        ...(fingerprint !== undefined && { fingerprint }),
      },
      line: this.line,
      first: this.#isConsecutive ? position : undefined,
      characters: this.#characters,
    };
  }
}
