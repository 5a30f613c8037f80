/** Hands the events of a log to the handlers of a read model, and moves the checkpoint with what they write. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseConnection, Dialect, Kysely, Transaction } from 'kysely';
import type { EventLog } from '../../event-log/event-log.js';
import { position, type Page, type Position, type RecordedEvent } from '../../event-log/event.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { FoldFailed } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import { DigestRoller } from '../snapshots/rolling-digest.js';
import { isTrouble, troubleOf } from './database-trouble.js';
import { HandlerQueries, transactionOver } from './handler-queries.js';
import type { HandlerWatch } from './handler-watch.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import type { Tables } from './tables.js';
import { CHECKPOINT_TABLE, type TablesCheckpoint } from './tables-checkpoint.js';
import { withinTables } from './within-tables.js';

/** After so long other work gets its turn. */
const MAX_SLICE_MS = 10;

/** Another process has put other tables in the place of these, or has made them of another definition. */
export class TablesMoved extends Error {}

/** Used for following, rebuilds and audits, so that they cannot differ. */
export class ReadModelFolding<Database> {
  readonly #transactionOver: (queries: DatabaseConnection) => Transaction<Database>;
  #checkpoint: TablesCheckpoint;

  constructor(
    private readonly definition: ReadModelDefinition<Database>,
    private readonly log: EventLog,
    readonly tables: Tables,
    checkpoint: TablesCheckpoint,
    readonly skipped: Set<Position>,
    dialect: Dialect,
    private readonly watch: HandlerWatch,
  ) {
    this.#checkpoint = checkpoint;
    this.#transactionOver = transactionOver(dialect);
  }

  /** As it was last read or written. */
  get checkpoint(): TablesCheckpoint {
    return this.#checkpoint;
  }

  /** These have taken the place of others. */
  servesFromNowOn(): void {
    this.#checkpoint = { ...this.#checkpoint, serves: true };
  }

  /**
   * Handles the events of a page that are not handled yet, in one transaction. When one fails, those before it are handled.
   *
   * @returns how many were handled
   * @throws FoldFailed, TablesMoved, and what `Tables.write` throws
   */
  async take(page: Page, ended: AbortSignal): Promise<number> {
    const hash = (await this.log.hashAt(page.through)) ?? '';
    let handled = 0;
    try {
      this.#checkpoint = await this.tables.write(async (connection, at) => {
        this.#requireSame(at);
        handled = 0;
        if (at.position >= page.through) return undefined; // another process has handled it
        const roller = new DigestRoller(at.digest);
        let began = performance.now();
        for (const event of page.events) {
          if (event.position <= at.position || this.skipped.has(event.position)) continue;
          ended.throwIfAborted();
          await this.#handle(connection, event, page);
          roller.add(event);
          handled += 1;
          if (performance.now() - began < MAX_SLICE_MS) continue;
          await nextTurn();
          began = performance.now();
        }
        const fingerprint = this.#fingerprintAt(page.through);
        return { ...at, position: page.through, hash, fingerprint, digest: roller.value };
      });
      return handled;
    } catch (error) {
      if (error instanceof FoldFailed) await this.#takeBefore(error, page, ended);
      else if (isOfAnEvent(error) && !ended.aborted) return this.#takeOneByOne(error, page, ended);
      throw error;
    }
  }

  /** A constraint that is deferred, or a trigger, fails at the end of the transaction, which does not tell at which event. */
  async #takeOneByOne(error: unknown, page: Page, ended: AbortSignal): Promise<number> {
    const events = page.events.filter(({ position: at }) => at > this.#checkpoint.position);
    const [only] = events;
    if (only === undefined) throw error;
    if (events.length === 1 && only.position === page.through)
      throw new FoldFailed(only.position, only, error);
    let handled = 0;
    for (const event of events)
      handled += await this.take({ events: [event], through: event.position }, ended);
    return handled + (await this.take({ events: [], through: page.through }, ended));
  }

  async #takeBefore(failed: FoldFailed, { events }: Page, ended: AbortSignal): Promise<void> {
    const through = position(failed.position - 1);
    if (through <= this.#checkpoint.position) return;
    await this.take({ events: events.filter((event) => event.position <= through), through }, ended);
  }

  async #handle(connection: DatabaseConnection, event: RecordedEvent, page: Page): Promise<void> {
    const queries = new HandlerQueries(connection);
    try {
      const { name, handle } = this.definition;
      await this.watch.over(event, () =>
        withinTables(name, () => handle(this.#transactionOver(queries), event)),
      );
      queries.end();
      // PostgreSQL has given up the transaction; SQLite would go on without the statement.
      if (queries.failure !== undefined) throw queries.failure.error;
    } catch (error) {
      endQuietly(queries);
      // Only what a query met is of the database: a handler may throw an error with a code of its own.
      const trouble = queries.failure === undefined ? error : troubleOf(queries.failure.error);
      if (isTrouble(trouble)) throw trouble;
      const first = page.events.find((each) => each.position === event.position);
      throw new FoldFailed(event.position, first, error);
    }
  }

  #requireSame({ build, serves, fingerprint }: TablesCheckpoint): void {
    const known = this.#checkpoint;
    if (
      build === known.build &&
      serves === known.serves &&
      machineIn(fingerprint) === machineIn(known.fingerprint)
    )
      return;
    throw new TablesMoved(`another process has put other tables in the place of ${this.tables.place}`);
  }

  #fingerprintAt(at: Position): string {
    return fingerprintWithout(this.skipped, at, fingerprintIn(this.log.contracts, this.definition));
  }
}

/** Whether the end of a transaction failed for what a handler did in it. */
function isOfAnEvent(error: unknown): boolean {
  return !isTrouble(error) && !(error instanceof TablesMoved);
}

function endQuietly(queries: HandlerQueries): void {
  try {
    queries.end();
  } catch {
    // The handler has failed already, which says more.
  }
}

/**
 * Creates the author's tables.
 *
 * @throws Error with a sentence that says what is wrong with `schema`
 */
export async function createTables<Database>(
  { name, schema }: Pick<ReadModelDefinition<Database>, 'name' | 'schema'>,
  connection: DatabaseConnection,
  dialect: Dialect,
): Promise<void> {
  const queries = new HandlerQueries(connection, 'schema');
  try {
    const db: Kysely<Database> = transactionOver<Database>(dialect)(queries);
    await schema(db);
    queries.end();
    if (queries.failure !== undefined) throw queries.failure.error;
  } catch (error) {
    const trouble = queries.failure === undefined ? error : troubleOf(queries.failure.error);
    if (isTrouble(trouble)) throw trouble;
    throw new SchemaFailed(name, error);
  }
}

/** What the author's `schema` threw. */
export class SchemaFailed extends Error {
  constructor(name: string, cause: unknown) {
    const said = String((cause as { readonly message?: unknown } | undefined)?.message ?? cause);
    const isOfCheckpoint = said.includes(CHECKPOINT_TABLE);
    const advice = isOfCheckpoint
      ? `; the runtime keeps its checkpoint in ${CHECKPOINT_TABLE}, so call the table otherwise`
      : '';
    super(`read model ${name}: its schema failed: ${said}${advice}`, { cause });
  }
}
