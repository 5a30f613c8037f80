/** Registers deciders in a Nest application, so that the log knows the contracts that they consume. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventLog } from '../event-log/event-log.js';
import type { Decider } from './decider.js';

@Module({})
export class CommandModule {
  /** Registers one decider, and the contracts that it consumes. */
  static forFeature<Id, Context>(decider: Decider<Id, Context>): DynamicModule {
    const { consumes, fold } = decider;
    const name = `decider ${decider.name}`;
    return {
      module: CommandModule,
      providers: [
        {
          provide: `leftfold:${name}`,
          inject: [EventLog],
          useFactory: (log: EventLog): true => {
            log.contracts.consumedBy({ name, consumes, fold });
            return true;
          },
        },
      ],
    };
  }
}
