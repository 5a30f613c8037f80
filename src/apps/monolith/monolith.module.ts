/** All contexts in one process, over one log. */
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { Config } from '../../config.js';
import { EventLogModule } from '../../runtime/event-log/event-log.module.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { FileSnapshotStore } from '../../runtime/projection/file-snapshot-store.js';
import { ProjectionModule } from '../../runtime/projection/projection.module.js';
import { NoSnapshots } from '../../runtime/projection/snapshot-store.js';
import { contexts } from './contexts.js';

@Module({})
export class MonolithModule {
  static over(store: EventStore, { data, store: kind, snapshotEvery }: Config): DynamicModule {
    return {
      module: MonolithModule,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        EventLogModule.forRoot(store),
        ProjectionModule.forRoot({
          snapshotEvery,
          snapshotsOf: (projection) =>
            kind === 'memory'
              ? new NoSnapshots()
              : new FileSnapshotStore(join(data, 'projections', projection)),
        }),
        ...contexts,
      ],
    };
  }
}
