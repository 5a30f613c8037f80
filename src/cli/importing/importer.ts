/** Records commits as they were, in their order, and passes over those that the log has already. */
import { position, type Commit, type Position, type RecordedCommit } from '../../runtime/event-log/event.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { hashCommit } from '../../runtime/event-log/commits/hashed-commit.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import type { ImportedCommit } from './commit-assembly.js';

/** So much is asked of the store at once: enough to share a flush, and not so much that memory would notice. */
const MAX_COMMITS = 1_000;
const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1024 * 1024;

/** What came of the commits so far. */
export interface ImportCounts {
  readonly recorded: { readonly commits: number; readonly events: number };
  /** Those that the log had already. */
  readonly known: { readonly commits: number; readonly events: number };
  /** How many of the commits do not stand where they stood in the log that they come from. */
  readonly moved: number;
}

export class Importer {
  readonly #counts = { recorded: { commits: 0, events: 0 }, known: { commits: 0, events: 0 }, moved: 0 };
  /** The log's own commits, side by side with those that come, until the first that it does not have next. */
  #standing: AsyncIterator<RecordedCommit> | undefined;
  #isFirst = true;
  #batch: ImportedCommit[] = [];
  #batched = { events: 0, weight: 0 };
  /** The batch that the store has now; the next one is gathered meanwhile. */
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly store: EventStore) {}

  get counts(): ImportCounts {
    return this.#counts;
  }

  /**
   * Resolves once there is room for the next, which may be before this one is recorded.
   *
   * @throws CommandFailed when the log has a commit of this id with other content; Error of the store
   */
  async add(imported: ImportedCommit): Promise<void> {
    if (await this.#stands(imported)) return;
    this.#batch.push(imported);
    this.#batched.events += imported.commit.events.length;
    this.#batched.weight += imported.characters;
    const { events, weight } = this.#batched;
    if (this.#batch.length >= MAX_COMMITS || events >= MAX_EVENTS || weight >= MAX_BATCH_BYTES)
      await this.#next();
  }

  /** Resolves once everything that was added is recorded. @throws as `add` */
  async flush(): Promise<void> {
    await this.#next();
    await this.#writing;
  }

  /** One batch at a time: were two on their way and only the first one failed, the log would have a hole. */
  async #next(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batched = { events: 0, weight: 0 };
    await this.#writing;
    this.#writing = this.#write(batch);
    this.#writing.catch(() => undefined); // whoever waits for it next is told
  }

  async #write(batch: readonly ImportedCommit[]): Promise<void> {
    const answers = await Promise.allSettled(batch.map(({ commit }) => this.store.append(commit)));
    for (const [index, answer] of answers.entries()) {
      const imported = batch[index];
      if (answer.status === 'rejected') throw answer.reason;
      if (imported === undefined) continue;
      if (answer.value.repeated) requireSame(imported, await this.#recorded(answer.value));
      this.#count(answer.value.repeated ? 'known' : 'recorded', imported, answer.value.first);
    }
  }

  /** Whether it is what the log has next. An import that is run again is through with most of its work so. */
  async #stands(imported: ImportedCommit): Promise<boolean> {
    if (this.#isFirst) {
      this.#isFirst = false;
      const found = await this.store.find(imported.commit.id);
      if (found !== undefined) this.#standing = this.#commitsFrom(found.first);
    }
    if (this.#standing === undefined) return false;
    const next = await this.#standing.next();
    if (next.done === true || next.value.id !== imported.commit.id) {
      await this.#standing.return?.();
      this.#standing = undefined;
      return false;
    }
    requireSame(imported, next.value);
    this.#count('known', imported, next.value.first);
    return true;
  }

  async *#commitsFrom(first: Position): AsyncGenerator<RecordedCommit> {
    for await (const page of this.store.commits({ after: position(first - 1) })) yield* page;
  }

  async #recorded({ id, first, last }: Commit): Promise<RecordedCommit> {
    for await (const page of this.store.commits({ after: position(first - 1), through: last })) {
      const found = page.find((commit) => commit.id === id);
      if (found !== undefined) return found;
    }
    throw new Error(`the commit ${id} is not where the log says that it is`);
  }

  #count(what: 'recorded' | 'known', { commit, first }: ImportedCommit, at: Position): void {
    this.#counts[what].commits += 1;
    this.#counts[what].events += commit.events.length;
    if (first !== at) this.#counts.moved += 1;
  }
}

/** Content that is the same has the same hash, once it stands in the same place. */
function requireSame({ commit, line }: ImportedCommit, recorded: RecordedCommit): void {
  const { hash } = hashCommit(commit, recorded.first, Buffer.from(recorded.previous, 'hex'));
  if (hash.toString('hex') === recorded.hash) return;
  const where = `the log has it at position ${recorded.first} with other content`;
  throw new CommandFailed(
    `line ${line}: the commit ${commit.id} cannot be recorded: ${where}`,
    EXIT.unacceptable,
  );
}
