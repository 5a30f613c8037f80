/** Commands on one subject take turns within a process, so that they do not make each other decide again. */
import { Problem } from '../http/kernel/problem.js';
import type { Query } from '../event-log/event.js';

/** Bounds what waits in memory. At a millisecond a command, the last of them waits for a second. */
const MAX_WAITING = 1_000;

/** Others changed the subject, or waited for it, for longer than this command could wait. Nothing was recorded. */
export class CommandContended extends Problem {
  constructor(detail: string) {
    super('unavailable', 'command-contended', 'Too many commands are about the same subject', detail, {
      retryAfter: 1,
    });
  }
}

interface Subject {
  /** Resolves when the last command that is about it has ended. */
  last: Promise<void>;
  waiting: number;
}

export class Turns {
  readonly #subjects = new Map<string, Subject>();

  /** How many subjects have a command that waits or is carried out. */
  get size(): number {
    return this.#subjects.size;
  }

  /**
   * Does the work when all earlier work about any of the same subjects has ended, in the order of the calls. A command about
   * several subjects takes its place at all of them in one step, so two commands never wait for each other.
   *
   * @param query what the work depends on: items with the same tags are one subject
   * @throws CommandContended at once when 1,000 commands wait for one of the subjects
   */
  async take<Result>(query: Query, work: () => Promise<Result>): Promise<Result> {
    const keys = [
      ...new Set(query.map(({ types = [], tags = [] }) => keyOf(tags.length > 0 ? tags : types))),
    ];
    const subjects = keys.map((key) => this.#subjects.get(key) ?? { last: Promise.resolve(), waiting: 0 });
    if (subjects.some(({ waiting }) => waiting >= MAX_WAITING)) {
      throw new CommandContended(`${MAX_WAITING} commands wait for the same subject; try again later.`);
    }
    const before = Promise.all(subjects.map(({ last }) => last));
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    for (const [index, subject] of subjects.entries()) {
      subject.last = ended;
      subject.waiting += 1;
      this.#subjects.set(keys[index] ?? '', subject);
    }
    try {
      await before;
      return await work();
    } finally {
      end();
      for (const [index, subject] of subjects.entries()) {
        subject.waiting -= 1;
        if (subject.waiting === 0) this.#subjects.delete(keys[index] ?? '');
      }
    }
  }
}

const keyOf = (names: readonly string[]): string => JSON.stringify([...names].sort());
