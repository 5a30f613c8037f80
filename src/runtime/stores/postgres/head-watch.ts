/** Watches the log's head for those who follow: looks when a process notifies, and by the clock, in case nothing came through. */
import type { Client } from 'pg';
import type { Position } from '../../event-log/event.js';
import type { WaitablePosition } from '../../event-log/following/waitable-position.js';
import { reasonOf } from './database-errors.js';
import type { Database } from './database.js';

/** Milliseconds before it connects again: doubled each time, up to the interval of looking. */
const FIRST_PAUSE = 50;

export interface HeadWatchOptions {
  /** How often it looks though nobody notified, in milliseconds. */
  readonly pollInterval: number;
  /** Told why the connection was lost, and `undefined` once it is back. */
  readonly onConnection: (lost: string | undefined) => void;
}

/**
 * On one connection of its own it listens, and looks: connected → (notified | a while passed) → look → …; broken → pause →
 * connected. A notification is only a reason to look, and looking is also how a connection that is dead is found out.
 */
export class HeadWatch {
  #isEnded = false;
  #isWoken = false;
  /** What the connection broke of. A statement that is run on it after that only says that it is broken. */
  #fault: Error | undefined;
  #resume = (): void => undefined;
  #running: Promise<void> | undefined;

  private constructor(
    private readonly database: Database,
    private readonly head: WaitablePosition,
    private readonly options: HeadWatchOptions,
  ) {}

  /** Resolves once it listens and has looked. @throws Error when the server cannot be reached now */
  static async begin(
    database: Database,
    head: WaitablePosition,
    options: HeadWatchOptions,
  ): Promise<HeadWatch> {
    const watch = new HeadWatch(database, head, options);
    const client = await watch.#connect();
    await watch.#look(client);
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
    let pause = FIRST_PAUSE;
    while (!this.#isEnded) {
      try {
        if (client === undefined) {
          client = await this.#connect();
          this.options.onConnection(undefined);
        }
        pause = FIRST_PAUSE;
        await this.#keepLooking(client);
      } catch (error) {
        if (client !== undefined) this.options.onConnection(reasonOf(this.#fault ?? error));
      }
      await client?.end();
      this.#fault = undefined;
      client = undefined;
      await this.#rest(pause);
      pause = Math.min(2 * pause, this.options.pollInterval);
    }
  }

  async #connect(): Promise<Client> {
    const client = await this.database.connect();
    client.on('error', (error) => (this.#fault ??= error));
    client.on('end', this.#wake);
    client.on('notification', ({ payload }) => {
      // What this process recorded itself it knows already.
      if (!(Number(payload) <= this.head.position)) this.#wake();
    });
    await client.query(`listen "${this.database.schema}"`);
    return client;
  }

  /** Until the connection breaks. */
  async #keepLooking(client: Client): Promise<void> {
    while (!this.#isEnded) {
      await this.#look(client);
      await this.#rest(this.options.pollInterval);
    }
  }

  async #look(client: Client): Promise<void> {
    const { rows } = await client.query<{ head: Position }>(`select head from "${this.database.schema}".log`);
    const head = rows[0]?.head ?? this.head.position;
    if (head > this.head.position) this.head.moveTo(head);
  }

  readonly #wake = (): void => {
    this.#isWoken = true;
    this.#resume();
  };

  /** Until it is woken, or so many milliseconds passed. Whoever wakes it before it rests is not missed. */
  async #rest(milliseconds: number): Promise<void> {
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
