/** A commit whose lines are being read. */
import { MAX_COMMIT_EVENTS } from '../../runtime/event-log/contracts/checked-events.js';
import type { CommitId, NewCommit, Position } from '../../runtime/event-log/event.js';
import type { EventLine } from '../formats/event-line.js';
import { RejectedLine } from './line-reader.js';

export interface ImportedCommit {
  readonly commit: NewCommit;
  /** The number of its first line. */
  readonly line: number;
  /** Where its first event stood; undefined unless all lines say so, and the events followed on each other. */
  readonly first: Position | undefined;
  /** Roughly what it takes in memory, in characters. */
  readonly characters: number;
}

export class CommitAssembly {
  readonly #events: EventLine['event'][] = [];
  readonly #metadata: string;
  #weight = 0;
  #isInSuccession = true;
  #lastPosition = 0;

  /** @param head what its first line says */
  constructor(
    private readonly head: EventLine,
    private readonly line: number,
  ) {
    this.#metadata = JSON.stringify(head.metadata);
  }

  get id(): CommitId {
    return this.head.commit;
  }

  /** @throws BadLine when the line says something else of the commit than its first one */
  add({ event, position, time, metadata, fingerprint, size }: EventLine, line: number, weight: number): void {
    const { head } = this;
    const differing = [
      time !== head.time && 'time',
      fingerprint !== head.fingerprint && 'fingerprint',
      size !== head.size && 'number of events',
      metadata !== head.metadata && JSON.stringify(metadata) !== this.#metadata && 'metadata',
    ].find((what) => what !== false);
    if (differing !== undefined)
      throw new RejectedLine(
        line,
        `the commit ${this.id} has another ${differing} here than in line ${this.line}`,
      );
    if (this.#events.length === MAX_COMMIT_EVENTS)
      throw new RejectedLine(line, `the commit ${this.id} has more than ${MAX_COMMIT_EVENTS} events`);
    // Where two exports were put together, the last commit of one may be the first of the other.
    if (position !== undefined && position <= this.#lastPosition)
      throw new RejectedLine(line, `position ${position} does not follow on ${this.#lastPosition}`);
    if (position !== undefined) this.#lastPosition = position;
    if (head.position === undefined || position !== head.position + this.#events.length)
      this.#isInSuccession = false;
    this.#events.push(event);
    this.#weight += weight;
  }

  /** @throws BadLine when some of its lines are missing */
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
        metadata,
        events: this.#events,
        ...(fingerprint !== undefined && { fingerprint }),
      },
      line: this.line,
      first: this.#isInSuccession ? position : undefined,
      characters: this.#weight,
    };
  }
}
