/** The code of `docs/cqrs.md`: commands of `@nestjs/cqrs` that append, and its events, fed from the log. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  CommandHandler,
  EventBus,
  EventsHandler,
  type ICommandHandler,
  type IEvent,
  type IEventHandler,
} from '@nestjs/cqrs';
import { z } from 'zod';
import {
  EventLog,
  START,
  defineEvent,
  position,
  type Position,
  type RecordedEvent,
} from '../../../src/runtime/index.js';

export const moneyDeposited = defineEvent({
  type: 'money.deposited',
  schema: z.strictObject({ cents: z.int().positive() }),
  examples: [{ data: { cents: 1250 } }],
});

export class DepositMoney {
  constructor(readonly cents: number) {}
}

@CommandHandler(DepositMoney)
export class DepositMoneyHandler implements ICommandHandler<DepositMoney, Position> {
  constructor(private readonly log: EventLog) {}

  async execute({ cents }: DepositMoney): Promise<Position> {
    const { last } = await this.log.append([moneyDeposited.create({ cents })]);
    return last;
  }
}

export class MoneyDeposited implements IEvent {
  constructor(
    readonly position: Position,
    readonly cents: number,
  ) {}
}

/** Which class each type of event becomes. */
const classes: Readonly<Record<string, (event: RecordedEvent) => IEvent>> = {
  [moneyDeposited.type]: ({ position, data }) =>
    new MoneyDeposited(position, (data as { cents: number }).cents),
};

/** The position up to which events have been published, in a file. */
export class Checkpoint {
  constructor(private readonly file: string) {}

  read(): Position {
    try {
      return position(Number(readFileSync(this.file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return START;
      throw error;
    }
  }

  write(at: Position): void {
    writeFileSync(`${this.file}.new`, String(at));
    renameSync(`${this.file}.new`, this.file); // whole or not at all
  }
}

@Injectable()
export class EventBusFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly bus: EventBus,
    private readonly checkpoint: Checkpoint,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#feed().catch((error: unknown) => {
      if (!this.#ended.signal.aborted) new Logger('EventBusFeed').error('it has stopped', error);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #feed(): Promise<void> {
    const query = [{ types: Object.keys(classes) }];
    for await (const page of this.log.followPages(query, this.checkpoint.read(), this.#ended.signal)) {
      for (const event of page.events) {
        const made = classes[event.type]?.(event);
        if (made !== undefined) await this.bus.publish(made);
        this.checkpoint.write(event.position);
      }
    }
  }
}

@EventsHandler(MoneyDeposited)
export class Receipts implements IEventHandler<MoneyDeposited> {
  readonly printed: string[] = [];

  handle({ position, cents }: MoneyDeposited): void {
    this.printed.push(`receipt ${position}: ${cents} cents`);
  }
}
