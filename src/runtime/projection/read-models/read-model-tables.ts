/** What a read model has kept: finds the tables that can be used, those that can answer meanwhile, or begins new ones. */
import { randomUUID } from 'node:crypto';
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position } from '../../event-log/event.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import type { Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import type { AnsweringTables } from './answering-tables.js';
import type { HandlerWatch } from './handler-watch.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import { ReadModelFolding, createTables } from './read-model-folding.js';
import type { Tables, TablesPlace } from './tables.js';
import { beginningOf, type Purpose, type TablesCheckpoint } from './tables-checkpoint.js';

export interface Opened<Database> {
  /** What is followed into. Unless it serves, it is being built. */
  readonly folding: ReadModelFolding<Database>;
  /** Other tables, which can answer while it is built. */
  readonly answering?: { readonly tables: Tables; readonly position: Position };
  /** Tables in whose place it comes once it is built. */
  readonly instead: readonly Tables[];
}

interface Found {
  readonly tables: Tables;
  readonly checkpoint: TablesCheckpoint;
  /** Why it cannot be followed into. */
  readonly reason: string | undefined;
}

export class ReadModelTables<Database> {
  /** Tables that a rebuild or an audit of this process builds. */
  readonly #beside = new Set<Tables>();
  #hasServed = false;
  #removing: Promise<void> = Promise.resolve();

  constructor(
    private readonly definition: ReadModelDefinition<Database>,
    private readonly log: EventLog,
    readonly place: TablesPlace,
    private readonly unusable: (reason: string) => void,
    private readonly watch: HandlerWatch,
  ) {}

  /** From now on, tables of another definition that take their place are another process's. */
  hasServed(): void {
    this.#hasServed = true;
  }

  /**
   * @param isResuming whether somebody has asked for it after it had stopped
   * @throws Error when another process has put tables of another definition in the place of this one's, or serves a later version
   */
  async open(skipped: Set<Position>, isResuming: boolean): Promise<Opened<Database>> {
    const found = await this.#found(skipped);
    const serving = found.filter(({ checkpoint }) => checkpoint.serves);
    const own = serving.find(({ reason }) => reason === undefined);
    if (own !== undefined && own === serving[0]) {
      await this.place.removeOthers(own.tables, [...this.#beside]);
      return { folding: this.#folding(own.tables, own.checkpoint, skipped), instead: [] };
    }
    const [newest] = serving;
    if (newest !== undefined && !isResuming) this.#requireNotTakenOver(newest);
    for (const { tables, reason } of serving)
      if (reason !== undefined) this.unusable(`${tables.place}: ${reason}`);
    const begun = found.find(
      ({ reason, checkpoint }) =>
        reason === undefined && !checkpoint.serves && checkpoint.purpose !== 'comparison',
    );
    const building = begun ?? (await this.#created('build'));
    const answering = await this.#answeringAmong(serving, building.tables);
    return {
      folding: this.#folding(building.tables, building.checkpoint, skipped),
      ...(answering !== undefined && {
        answering: { tables: answering.tables, position: answering.checkpoint.position },
      }),
      instead: serving.map(({ tables }) => tables),
    };
  }

  /** Empty tables, for a rebuild or an audit. They are to be given to `discard`, or to `release` once they serve. */
  async beside(skipped: Skipped): Promise<ReadModelFolding<Database>> {
    const { tables, checkpoint } = await this.#created('comparison');
    this.#beside.add(tables);
    return this.#folding(tables, checkpoint, new Set(skipped));
  }

  release(tables: Tables): void {
    this.#beside.delete(tables);
  }

  /** Unless they serve. What cannot be removed now is once others serve. */
  async discard({ tables, checkpoint }: ReadModelFolding<Database>): Promise<void> {
    this.#beside.delete(tables);
    await this.place.remove(tables, checkpoint.build).catch(() => undefined);
  }

  /** Resolves once what is being removed is. */
  get removed(): Promise<void> {
    return this.#removing;
  }

  /** Removes what was there before, once no query reads it any more. What cannot be removed now is at the next start. */
  removeUnused(serving: Tables, before: readonly Tables[], answering: AnsweringTables): void {
    void Promise.all(before.map((tables) => answering.unused(tables))).then(() => {
      this.#removing = this.#removing.then(() => this.place.retire(before, serving)).catch(() => undefined);
    });
  }

  async #found(skipped: Skipped): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const tables of await this.place.list(this.unusable)) {
      if (this.#beside.has(tables)) continue;
      const checkpoint = await tables.checkpoint();
      found.push({ tables, checkpoint, reason: await this.#whyUnusable(checkpoint, skipped) });
    }
    return found;
  }

  /** Tables of this past of the log in which queries find the same columns. */
  async #answeringAmong(serving: readonly Found[], building: Tables): Promise<Found | undefined> {
    if (serving.length === 0) return undefined;
    const shape = await building.shape();
    for (const each of serving) {
      if ((await this.#whyOfAnotherPast(each.checkpoint)) !== undefined) continue;
      if ((await each.tables.shape()) === shape) return each;
    }
    return undefined;
  }

  async #created(
    purpose: Purpose,
  ): Promise<{ readonly tables: Tables; readonly checkpoint: TablesCheckpoint }> {
    const { definition, log, place } = this;
    const checkpoint = beginningOf({
      log: log.identity,
      fingerprint: fingerprintIn(log.contracts, definition),
      build: randomUUID(),
      purpose,
      version: definition.version,
    });
    const tables = await place.create(checkpoint, (connection) =>
      createTables(definition, connection, place.dialect),
    );
    return { tables, checkpoint };
  }

  #folding(tables: Tables, checkpoint: TablesCheckpoint, skipped: Set<Position>): ReadModelFolding<Database> {
    const { definition, log, place, watch } = this;
    return new ReadModelFolding(definition, log, tables, checkpoint, skipped, place.dialect, watch);
  }

  /** Each of two processes of different versions would otherwise build anew what the other one has built. */
  #requireNotTakenOver({ tables, checkpoint }: Found): void {
    const { definition, log } = this;
    if (checkpoint.log !== log.identity) return;
    const isOwn = machineIn(checkpoint.fingerprint) === fingerprintIn(log.contracts, definition);
    if (this.#hasServed && !isOwn)
      throw new Error(
        `another process has put tables of another definition or version of ${definition.name} in their place (${tables.place}); end one of the two`,
      );
    if (this.place.isShared && checkpoint.version > definition.version)
      throw new Error(
        `${definition.name} is served in version ${checkpoint.version} (${tables.place}), and this process has version ${definition.version}; end the older one, or resume it to have its tables built and take their place`,
      );
  }

  async #whyUnusable(checkpoint: TablesCheckpoint, skipped: Skipped): Promise<string | undefined> {
    const { position, fingerprint } = checkpoint;
    const machine = fingerprintIn(this.log.contracts, this.definition);
    const past = await this.#whyOfAnotherPast(checkpoint);
    if (past !== undefined) return past;
    if (machineIn(fingerprint) !== machine)
      return 'it was built by another definition or version, or from events in other revisions';
    if (fingerprint !== fingerprintWithout(skipped, position, machine))
      return 'it was built when other events were skipped';
    return undefined;
  }

  async #whyOfAnotherPast({ log: identity, position, hash }: TablesCheckpoint): Promise<string | undefined> {
    const { log } = this;
    if (identity !== log.identity || position > (await log.head())) return 'it was built from another log';
    if (position > START && hash !== (await log.hashAt(position)))
      return 'the log has another past there: was a backup restored?';
    return undefined;
  }
}
