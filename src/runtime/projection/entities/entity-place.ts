/** Where an entity projection has its databases: opens the one that can be used, and writes to it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position } from '../../event-log/event.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { FoldFailed, type Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import { DatabaseClosed, DatabaseDamaged } from './database-damage.js';
import { DatabaseTrouble } from './database-trouble.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityDatabase, EntityDatabases, Shape } from './entity-database.js';
import { EntityFolding } from './entity-folding.js';
import { newlySkipped, refoldWithout } from './entity-refolding.js';
import { NONE_UNKEYED } from './entity.js';

type Definition<Context> = EntityProjectionDefinition<Context>;

/** Entities that are prepared and written in one turn. */
const UNBROKEN = 100;

export interface PlaceObserver {
  /** What was kept cannot be used. */
  unusable(reason: string): void;
  /** A rebuild or an audit of an earlier process had come to this position, and did not end. */
  interrupted?(at: Position): void;
  /** A rebuilt one answers; the one before could not be removed, which is tried again at the next start. */
  notCleared?(why: string): void;
  /** Events that were folded are skipped from now on: so many entities were folded anew, without them. */
  refolded?(skipped: readonly Position[], entities: number): void;
}

/** Who is told of what is opened, and until when that is wanted. */
export interface Opening extends PlaceObserver {
  readonly signal: AbortSignal;
}

export class EntityPlace {
  /** The names of those that a rebuild or an audit of this process folds into. */
  readonly #beside = new Set<string>();
  /** Those that are being made: another connection may list one before its name is known here. */
  readonly #creating = new Set<Promise<EntityDatabase>>();
  /** The name of the one that answers. */
  #serving: string | undefined;

  constructor(private readonly databases: EntityDatabases) {}

  /**
   * What was folded before, if this definition has folded it from this log; otherwise from the beginning.
   *
   * @param kept a database that is open already
   * @param told of each that cannot be used, and why; of each that an interrupted rebuild or audit has left, which is removed
   */
  async open<Context>(
    definition: Definition<Context>,
    log: EventLog,
    skipped: Set<Position>,
    kept: EntityDatabase | undefined,
    told: Opening,
  ): Promise<EntityFolding<Context>> {
    const onUnusable = (reason: string): void => {
      told.unusable(reason);
    };
    for await (const { database, checkpoint } of this.#databases(definition, kept, onUnusable)) {
      if (checkpoint?.serves !== true) {
        told.interrupted?.(checkpoint?.position ?? START);
        await database.close();
        continue;
      }
      const folding = new EntityFolding(definition, database, checkpoint, skipped);
      const use = async (): Promise<string | undefined> => {
        await this.#refold(folding, log, told);
        const reason = await whyUnusable(folding.checkpoint, definition, log, skipped);
        // A process that ended while it rebuilt has left them.
        if (reason === undefined) await this.removeOthers(database.name);
        return reason;
      };
      const reason = await (database === kept ? use() : orClose(database, use));
      if (reason === undefined) return folding;
      onUnusable(reason);
      await database.close();
    }
    const fits = async (checkpoint: Checkpoint): Promise<boolean> =>
      checkpoint.serves && (await whyUnusable(checkpoint, definition, log, skipped)) === undefined;
    const rehearsed = await this.databases.adoptRehearsed?.(definition, fits);
    const begun = await this.#opened(definition, rehearsed, skipped);
    const folding = begun ?? (await this.create(definition, log, skipped, true));
    await orClose(folding.database, () => this.removeOthers(folding.database.name));
    return folding;
  }

  /** A new database, empty, at the beginning. One that does not serve is kept until `remove`, or until it serves. */
  async create<Context>(
    definition: Definition<Context>,
    log: EventLog,
    skipped: Set<Position>,
    serves: boolean,
  ): Promise<EntityFolding<Context>> {
    const database = await this.#created(definition, serves);
    const fingerprint = fingerprintIn(log.contracts, definition);
    const none = { position: START, hash: '', digest: 0n, entities: 0, faulted: 0, unkeyed: NONE_UNKEYED };
    const checkpoint: Checkpoint = { log: log.identity, fingerprint, ...none, serves };
    try {
      await database.reset(checkpoint);
    } catch (error) {
      await database.close();
      await this.remove(database.name).catch(() => undefined); // its trouble is that of `reset`
      throw error;
    }
    return new EntityFolding(definition, database, checkpoint, skipped);
  }

  /**
   * One that was created before and does not serve, as far as it was folded meanwhile, by whichever process.
   *
   * @throws DatabaseDamaged when nothing was ever written to it
   * @throws Error when it was folded from other events than these, as when one is skipped since
   */
  async openBeside<Context>(
    definition: Definition<Context>,
    log: EventLog,
    name: string,
    skipped: Skipped,
  ): Promise<EntityFolding<Context>> {
    const folding = await this.#opened(definition, name, new Set(skipped));
    if (folding === undefined) throw new DatabaseDamaged(`${name} has no checkpoint`);
    this.#beside.add(name);
    await orClose(folding.database, async () => {
      const reason = await whyUnusable(folding.checkpoint, definition, log, skipped);
      if (reason !== undefined)
        throw new Error(`what was folded of ${definition.name} beside cannot be used: ${reason}; ask again`);
    });
    return folding;
  }

  /**
   * Writes what was folded, bound to the hash of the commit that it stands at. When a view fails, what is before that event.
   *
   * @returns why not all of it was written
   */
  async write<Context>(folding: EntityFolding<Context>, log: EventLog): Promise<FoldFailed | undefined> {
    let failure: FoldFailed | undefined;
    for (;;) {
      try {
        const prepared = folding.prepare();
        // So that what is prepared and what is written do not add up.
        if (prepared.changes.written.length > UNBROKEN) await nextTurn();
        const { through } = folding;
        const hash = (await log.hashAt(through)) ?? '';
        const machine = fingerprintIn(log.contracts, folding.definition);
        await folding.write(prepared, hash, fingerprintWithout(folding.skipped, through, machine));
        return failure;
      } catch (error) {
        if (!(error instanceof FoldFailed)) throw error;
        failure = error;
      }
    }
  }

  async remove(name: string): Promise<void> {
    this.#beside.delete(name);
    await this.databases.remove(name);
  }

  /** Removes all databases but this one, which serves, and those that this process folds into beside it. */
  async removeOthers(name: string): Promise<void> {
    this.#beside.delete(name);
    this.#serving = name;
    const found = await this.databases.list();
    await Promise.allSettled(this.#creating);
    for (const each of found)
      if (each !== this.#serving && !this.#beside.has(each)) await this.databases.remove(each);
  }

  /** What all databases take on the disk; undefined where that cannot be told, as in memory, or while there is trouble with them. */
  async size(): Promise<number | undefined> {
    try {
      return await this.databases.size();
    } catch (error) {
      if (error instanceof DatabaseTrouble || error instanceof DatabaseClosed) return undefined;
      throw error;
    }
  }

  /** Once its databases are closed. */
  close(): Promise<void> {
    return this.databases.close();
  }

  /** Where what is kept could be used, were it not for events that are skipped since. */
  async #refold<Context>(folding: EntityFolding<Context>, log: EventLog, told: Opening): Promise<void> {
    const { checkpoint, definition, skipped } = folding;
    const added = newlySkipped(checkpoint, skipped);
    if (added === undefined || added.length === 0) return;
    const known = new Set([...skipped].filter((at) => !added.includes(at)));
    if ((await whyUnusable(checkpoint, definition, log, known)) !== undefined) return;
    const entities = await refoldWithout(folding, log, added, told.signal);
    if (entities !== undefined) told.refolded?.(added, entities);
  }

  async #created(shape: Shape, serves: boolean): Promise<EntityDatabase> {
    const creating = this.databases.create(shape).then((database) => {
      if (serves) this.#serving = database.name;
      else this.#beside.add(database.name);
      return database;
    });
    this.#creating.add(creating);
    return creating.finally(() => this.#creating.delete(creating));
  }

  async #opened<Context>(
    definition: Definition<Context>,
    name: string | undefined,
    skipped: Set<Position>,
  ): Promise<EntityFolding<Context> | undefined> {
    if (name === undefined) return undefined;
    const { database, checkpoint } = await this.#openedAt(name, definition);
    if (checkpoint !== undefined) return new EntityFolding(definition, database, checkpoint, skipped);
    await database.close();
    return undefined;
  }

  async #openedAt(name: string, shape: Shape): Promise<Opened> {
    const database = await this.databases.open(name, shape);
    return orClose(database, async () => ({ database, checkpoint: await database.checkpoint() }));
  }

  async *#databases(
    shape: Shape,
    kept: EntityDatabase | undefined,
    onUnusable: (reason: string) => void,
  ): AsyncGenerator<Opened> {
    if (kept !== undefined) yield { database: kept, checkpoint: await kept.checkpoint() };
    for (const name of await this.databases.list()) {
      if (name === kept?.name || this.#beside.has(name)) continue;
      try {
        yield await this.#openedAt(name, shape);
      } catch (error) {
        if (!(error instanceof DatabaseDamaged)) throw error;
        onUnusable(`${name} cannot be used (${error.message})`);
      }
    }
  }
}

interface Opened {
  readonly database: EntityDatabase;
  readonly checkpoint: Checkpoint | undefined;
}

/** Closes the database when the work fails. */
async function orClose<Result>(database: EntityDatabase, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function whyUnusable<Context>(
  { log: identity, fingerprint, position, hash }: Checkpoint,
  definition: Definition<Context>,
  log: EventLog,
  skipped: Skipped,
): Promise<string | undefined> {
  const machine = fingerprintIn(log.contracts, definition);
  if (identity !== log.identity || position > (await log.head())) return 'it was folded from another log';
  if (machineIn(fingerprint) !== machine)
    return 'it was folded by another definition or version, or from events in other revisions';
  if (fingerprint !== fingerprintWithout(skipped, position, machine))
    return 'it was folded when other events were skipped';
  if (position > START && hash !== (await log.hashAt(position)))
    return 'the log has another past there: was a backup restored?';
  return undefined;
}
