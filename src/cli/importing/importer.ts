/** Records commits unchanged and in order, and skips those that the log already has. */
import { position, type Commit, type Position, type RecordedCommit } from '../../runtime/event-log/event.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { hashCommit } from '../../runtime/event-log/commits/hashed-commit.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import type { ImportedCommit } from './commit-assembly.js';

/** Bounds of a batch of concurrent appends: large enough to share an fsync, small enough for memory. */
const MAX_BATCH_COMMITS = 1_000;
const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_CHARACTERS = 1024 * 1024;

/** The outcome so far. */
export interface ImportCounts {
  readonly recorded: { readonly commits: number; readonly events: number };
  /** Those that the log already had. */
  readonly known: { readonly commits: number; readonly events: number };
  /** How many commits have another position than in the exported log. */
  readonly moved: number;
}

export class Importer {
  readonly #counts = { recorded: { commits: 0, events: 0 }, known: { commits: 0, events: 0 }, moved: 0 };
  /** The commits of the log, compared with the imported ones until the first that differs. */
  #existing: AsyncIterator<RecordedCommit> | undefined;
  #isFirst = true;
  #batch: ImportedCommit[] = [];
  #batchSize = { events: 0, characters: 0 };
  /** The batch that is being appended while the next one is collected. */
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly store: EventStore) {}

  get counts(): ImportCounts {
    return this.#counts;
  }

  /**
   * Resolves once the next commit can be added, which may be before this one is recorded.
   *
   * @throws CommandFailed when the log has a commit with this id and other content; Error of the store
   */
  async add(imported: ImportedCommit): Promise<void> {
    if (await this.#skipIfNext(imported)) return;
    this.#batch.push(imported);
    this.#batchSize.events += imported.commit.events.length;
    this.#batchSize.characters += imported.characters;
    const { events, characters } = this.#batchSize;
    if (
      this.#batch.length >= MAX_BATCH_COMMITS ||
      events >= MAX_BATCH_EVENTS ||
      characters >= MAX_BATCH_CHARACTERS
    )
      await this.#startBatch();
  }

  /**
   * Resolves once everything that was added is recorded.
   *
   * @throws as `add`
   */
  async flush(): Promise<void> {
    await this.#startBatch();
    await this.#writing;
  }

  /** Appends one batch at a time: if two were in flight and only the first failed, the log would have a gap. */
  async #startBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchSize = { events: 0, characters: 0 };
    await this.#writing;
    this.#writing = this.#write(batch);
    this.#writing.catch(() => undefined); // awaited, and thus reported, by the next call
  }

  async #write(batch: readonly ImportedCommit[]): Promise<void> {
    const results = await Promise.allSettled(batch.map(({ commit }) => this.store.append(commit)));
    for (const [index, result] of results.entries()) {
      const imported = batch[index];
      if (result.status === 'rejected') throw result.reason;
      if (imported === undefined) continue;
      if (result.value.repeated) requireSame(imported, await this.#recorded(result.value));
      this.#count(result.value.repeated ? 'known' : 'recorded', imported, result.value.first);
    }
  }

  /**
   * Counts the commit as known if it is the next one in the log. Avoids an append for each known commit when an
   * import is repeated or resumed.
   */
  async #skipIfNext(imported: ImportedCommit): Promise<boolean> {
    if (this.#isFirst) {
      this.#isFirst = false;
      const known = await this.store.find(imported.commit.id);
      if (known !== undefined) this.#existing = this.#commitsFrom(known.first);
    }
    if (this.#existing === undefined) return false;
    const next = await this.#existing.next();
    if (next.done === true || next.value.id !== imported.commit.id) {
      await this.#existing.return?.();
      this.#existing = undefined;
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

  #count(outcome: 'recorded' | 'known', { commit, first }: ImportedCommit, at: Position): void {
    this.#counts[outcome].commits += 1;
    this.#counts[outcome].events += commit.events.length;
    if (first !== at) this.#counts.moved += 1;
  }
}

/** Compares by hash: equal content after the same previous hash at the same position has the same hash. */
function requireSame({ commit, line }: ImportedCommit, recorded: RecordedCommit): void {
  const { hash } = hashCommit(commit, recorded.first, Buffer.from(recorded.previous, 'hex'));
  if (hash.toString('hex') === recorded.hash) return;
  const where = `the log has it at position ${recorded.first} with other content`;
  throw new CommandFailed(
    `line ${line}: the commit ${commit.id} cannot be recorded: ${where}`,
    EXIT.unacceptable,
  );
}
