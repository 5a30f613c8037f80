/** Brings the event log into a Nest application: one for the whole process, with its HTTP endpoints. */
import { Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { AnyContract } from './contracts/event-contract.js';
import { EventLog } from './event-log.js';
import type { EventStore } from './event-store.js';
import { EventsController } from '../http/events/events.controller.js';
import { signal } from './signals.js';

@Module({})
export class EventLogModule implements OnApplicationShutdown {
  constructor(private readonly log: EventLog) {}

  static forRoot(store: EventStore): DynamicModule {
    const logger = new Logger('EventLog');
    return {
      module: EventLogModule,
      global: true,
      controllers: [EventsController],
      providers: [
        {
          provide: EventLog,
          inject: [EventEmitter2],
          useFactory: (emitter: EventEmitter2) =>
            new EventLog(store, {
              onFollowerFailed: (error) => {
                logger.error(
                  'a follower failed and was taken off',
                  error instanceof Error ? error.stack : error,
                );
                signal(emitter, 'follower.failed', { error }, (failure) => {
                  logger.error(failure);
                });
              },
            }),
        },
      ],
      exports: [EventLog],
    };
  }

  /** The event contracts that a context publishes. Without them the log refuses its events. */
  static forFeature(contracts: readonly AnyContract[]): DynamicModule {
    return {
      module: EventContractsModule,
      providers: [{ provide: CONTRACTS, useValue: contracts }, registration],
    };
  }

  // The HTTP server has answered everything by now.
  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }
}

/** Under which token a module has the contracts that it publishes. */
export const CONTRACTS = 'leftfold:contracts';

const registration = {
  provide: 'leftfold:contracts-registered',
  inject: [EventLog, CONTRACTS],
  useFactory: (log: EventLog, contracts: readonly AnyContract[]): true => {
    log.contracts.register(contracts);
    return true;
  },
};

@Module({})
class EventContractsModule {}
