/** Brings deciders into a Nest application, so that it is known who folds which events. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventLog } from '../event-log/event-log.js';
import type { Decider } from './decider.js';

@Module({})
export class CommandModule {
  /** One decider. The contracts of what it consumes are registered with it. */
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
