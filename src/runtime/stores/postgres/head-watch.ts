/** Watches the head of the log for followers: by notifications of the database, and by polling in case one is lost. */
import type { Client } from 'pg';
import { StoreUnavailable, type StoreTrouble } from '../../event-log/errors.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import { reasonOf, storeError } from './database-errors.js';
import type { Database } from './database.js';
import type { PostgresOptions } from './postgres-options.js';
import { selectHeadSince, type HeadSinceRow, type SeenHead } from './seen-head.js';

/** Before it reconnects; doubled each time, up to the poll interval. */
const MIN_RECONNECT_DELAY_MS = 50;

/** A server that has not answered for so long counts as away. */
const MAX_ANSWER_MS = 3_000;

type HeadWatchOptions = Required<Pick<PostgresOptions, 'pollInterval' | 'onConnection'>>;

/**
 * Uses a connection of its own: connected → (notification | poll interval) → read the head → …; broken → delay → connected.
 * A notification only triggers the read, which also detects a dead connection.
 */
export class HeadWatch {
  #isEnded = false;
  #isWoken = false;
  /** Why the connection broke. The error of a later statement says only that it is broken. */
  #fault: Error | undefined;
  /** What the server last failed with; undefined once it has answered. */
  #trouble: StoreStatus | undefined;
  /** When the question was asked that the server has not answered yet. */
  #askedAt: number | undefined;
  #resume = (): void => undefined;
  #running: Promise<void> | undefined;

  private constructor(
    private readonly database: Database,
    private readonly seen: SeenHead,
    private readonly options: HeadWatchOptions,
  ) {}

  /** Resolves once it listens and has read the head. @throws Error when the server cannot be reached now */
  static async begin(database: Database, seen: SeenHead, options: HeadWatchOptions): Promise<HeadWatch> {
    const watch = new HeadWatch(database, seen, options);
    const client = await watch.#connect();
    await watch.#readHead(client);
    watch.#running = watch.#run(client);
    return watch;
  }

  /** What keeps the log from being read or appended to, as the last answer of the server told. */
  get trouble(): StoreStatus | undefined {
    const isSilent = this.#askedAt !== undefined && performance.now() - this.#askedAt > MAX_ANSWER_MS;
    return this.#trouble ?? (isSilent ? troubleOf('store-unavailable') : undefined);
  }

  /** Another connection found the server in trouble: so it is until this one has asked. */
  report(trouble: StoreTrouble): void {
    this.#trouble = troubleOf(trouble);
    this.#wake();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#wake();
    await this.#running;
  }

  async #run(first: Client): Promise<void> {
    let client: Client | undefined = first;
    let pause = MIN_RECONNECT_DELAY_MS;
    while (!this.#isEnded) {
      try {
        this.#askedAt ??= performance.now();
        if (client === undefined) {
          client = await this.#connect();
          this.options.onConnection(undefined);
        }
        pause = MIN_RECONNECT_DELAY_MS;
        await this.#poll(client);
      } catch (error) {
        this.#askedAt = undefined;
        const known = storeError(error);
        this.#trouble = troubleOf(known instanceof StoreUnavailable ? known.code : 'store-unavailable');
        if (client !== undefined) this.options.onConnection(reasonOf(this.#fault ?? error));
      }
      await client?.end();
      this.#fault = undefined;
      client = undefined;
      await this.#sleep(pause);
      pause = Math.min(2 * pause, this.options.pollInterval);
    }
  }

  async #connect(): Promise<Client> {
    const client = await this.database.connect();
    client.on('error', (error) => (this.#fault ??= error));
    client.on('end', this.#wake);
    client.on('notification', ({ payload }) => {
      // A commit of this process, whose position is known already.
      if (!(Number(payload) <= this.seen.position.position)) this.#wake();
    });
    await client.query(`listen "${this.database.schema}"`);
    return client;
  }

  /** Until the connection breaks. */
  async #poll(client: Client): Promise<void> {
    while (!this.#isEnded) {
      await this.#readHead(client);
      await this.#sleep(this.options.pollInterval);
    }
  }

  /** Asks what may be done before it reads the head: a server that refuses the one still answers the other. */
  async #readHead(client: Client): Promise<void> {
    this.#askedAt = performance.now();
    const { schema } = this.database;
    const asked = await client.query<Access>(ACCESS, [`"${schema}".`]);
    const before = this.seen.known;
    const { rows } = await client.query<HeadSinceRow>(selectHeadSince(schema), [before.head]);
    this.#askedAt = undefined;
    this.#trouble = troubleIn(asked.rows[0]);
    // Where it has another past, whoever follows is woken, and finds that out by asking for the head.
    if (rows[0] !== undefined) this.seen.take(before, rows[0]);
  }

  readonly #wake = (): void => {
    this.#isWoken = true;
    this.#resume();
  };

  /** Until a notification or the time is over. A notification that came before it began to wait counts. */
  async #sleep(milliseconds: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isWoken = false;
  }
}

interface Access {
  readonly is_read_only: boolean;
  readonly may_append: boolean | null;
}

/** A privilege on a table that is missing is null. */
const ACCESS = `select current_setting('transaction_read_only')::boolean as is_read_only,
  has_table_privilege(to_regclass($1 || 'log'), 'update')
    and bool_and(has_table_privilege(to_regclass($1 || written), 'insert')) as may_append
  from unnest(array['commits', 'events', 'tags']) as written`;

function troubleIn(access: Access | undefined): StoreStatus | undefined {
  if (access?.is_read_only === true) return troubleOf('store-read-only');
  if (access?.may_append !== false) return undefined;
  return {
    code: 'store-read-only',
    detail: 'The role that the log is opened with may only read its tables.',
  };
}

function troubleOf(code: StoreTrouble): StoreStatus {
  return { code, detail: new StoreUnavailable(undefined, { code }).inShort };
}
