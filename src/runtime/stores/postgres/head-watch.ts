/** Watches the head of the log for followers: by notifications of the database, and by polling in case one is lost. */
import type { Client } from 'pg';
import { reasonOf } from './database-errors.js';
import type { Database } from './database.js';
import type { PostgresOptions } from './postgres-options.js';
import { selectHeadSince, type HeadSinceRow, type SeenHead } from './seen-head.js';

/** Before it reconnects; doubled each time, up to the poll interval. */
const MIN_RECONNECT_DELAY_MS = 50;

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
        if (client === undefined) {
          client = await this.#connect();
          this.options.onConnection(undefined);
        }
        pause = MIN_RECONNECT_DELAY_MS;
        await this.#poll(client);
      } catch (error) {
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

  async #readHead(client: Client): Promise<void> {
    const before = this.seen.known;
    const { rows } = await client.query<HeadSinceRow>(selectHeadSince(this.database.schema), [before.head]);
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
