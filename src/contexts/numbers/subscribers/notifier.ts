/** Tells the subscribers of each number that is recorded, from the start of this process on. */
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EventLog, type Position } from '../../../runtime/index.js';
import { deliver } from './delivery.js';
import { subscriberAdded } from './subscribers.events.js';
import { SUBSCRIBER_EVENTS, SubscribersService, portOf } from './subscribers.service.js';

@Injectable()
export class Notifier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('Subscribers');
  readonly #ending = new AbortController();
  readonly #deliveries = new Map<number, AbortController>();

  constructor(
    private readonly log: EventLog,
    private readonly subscribers: SubscribersService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ports, readAt } = await this.subscribers.list();
    for (const port of ports) this.#begin(port, readAt);
    void this.#follow(readAt);
  }

  beforeApplicationShutdown(): void {
    this.#ending.abort();
    for (const delivery of this.#deliveries.values()) delivery.abort();
  }

  async #follow(after: Position): Promise<void> {
    try {
      for await (const { events } of this.log.followPages(SUBSCRIBER_EVENTS, after, this.#ending.signal)) {
        for (const event of events) {
          if (event.type === subscriberAdded.type) this.#begin(portOf(event), event.position);
          else this.#end(portOf(event));
        }
      }
    } catch (error) {
      this.#failed('subscribers are no longer read', error);
    }
  }

  #begin(port: number, after: Position): void {
    const delivery = new AbortController();
    this.#deliveries.get(port)?.abort();
    this.#deliveries.set(port, delivery);
    void this.#deliver(port, after, delivery.signal);
  }

  async #deliver(port: number, after: Position, signal: AbortSignal): Promise<void> {
    const { log } = this;
    try {
      const why = await deliver({ log, port, after, signal, elapsed: () => performance.now() });
      if (why === 'ended') return;
      this.#logger.warn(`localhost:${port} could not be reached for a day and is no longer told of numbers`);
      await this.subscribers.drop(port);
    } catch (error) {
      this.#failed(`localhost:${port} is no longer told of numbers`, error);
    }
  }

  #end(port: number): void {
    this.#deliveries.get(port)?.abort();
    this.#deliveries.delete(port);
  }

  #failed(what: string, error: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#logger.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
