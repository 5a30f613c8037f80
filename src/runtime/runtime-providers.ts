/** The store, the log, and what folds it, made from the options of an application. */
import { Logger, type Provider } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { requireStore } from './checked-options.js';
import { BUILT_IN_DRIVERS } from './built-in-drivers.js';
import { EventLog } from './event-log/event-log.js';
import { EventStore } from './event-log/event-store.js';
import { signal } from './event-log/signals.js';
import { LeftfoldHealthIndicator } from './leftfold-health-indicator.js';
import type { LeftfoldOptions } from './leftfold-options.js';
import { projectionSettings } from './projection-settings.js';
import { Operations } from './projection/operations/operations.js';
import { ProjectionHost } from './projection/projection-host.js';
import { StartGuard } from './start-guard.js';
import { StoreDrivers } from './stores/drivers.js';

/** The token of the checked options. */
export const OPTIONS = 'leftfold:options';

const logger = new Logger('EventLog');

export const RUNTIME: readonly Provider[] = [
  LeftfoldHealthIndicator,
  {
    provide: EventStore,
    inject: [OPTIONS],
    useFactory: async ({ store, drivers = [] }: LeftfoldOptions): Promise<EventStore> => {
      if (typeof store !== 'string') return store;
      const opened: unknown = await new StoreDrivers([...BUILT_IN_DRIVERS, ...drivers]).open(store, {
        onConnection: (message) => {
          logger.warn(message);
        },
      });
      requireStore(opened);
      return opened as EventStore;
    },
  },
  {
    provide: StartGuard,
    inject: [EventStore, OPTIONS],
    useFactory: (store: EventStore, options: LeftfoldOptions): StartGuard =>
      new StartGuard(store, typeof options.store === 'string'),
  },
  {
    provide: EventLog,
    inject: [EventStore, { token: EventEmitter2, optional: true }],
    useFactory: (store: EventStore, emitter?: EventEmitter2): EventLog =>
      new EventLog(store, {
        onFollowerFailed: (error) => {
          logger.error('a follower failed and was taken off', error instanceof Error ? error.stack : error);
          signal(emitter, 'follower.failed', { error }, (failure) => {
            logger.error(failure);
          });
        },
      }),
  },
  {
    provide: ProjectionHost,
    inject: [StartGuard, EventLog, EventStore, OPTIONS, { token: EventEmitter2, optional: true }],
    useFactory: (
      guard: StartGuard,
      log: EventLog,
      store: EventStore,
      options: LeftfoldOptions,
      emitter?: EventEmitter2,
    ) => guard.orClose(() => new ProjectionHost(log, emitter, projectionSettings(options, store))),
  },
  {
    provide: Operations,
    inject: [StartGuard, ProjectionHost, EventLog, { token: EventEmitter2, optional: true }],
    useFactory: (guard: StartGuard, host: ProjectionHost, log: EventLog, emitter?: EventEmitter2) =>
      guard.orClose(() => new Operations(host, log, emitter)),
  },
];
