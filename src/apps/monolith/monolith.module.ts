/** All contexts in one process, over one log. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { Config } from '../../config.js';
import { EventLogModule } from '../../runtime/event-log/event-log.module.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { FileSnapshotStore, snapshotFolder } from '../../runtime/projection/file-snapshot-store.js';
import { ProjectionModule } from '../../runtime/projection/projection.module.js';
import { NoSnapshots } from '../../runtime/projection/snapshot-store.js';
import { contexts } from './contexts.js';

@Module({})
export class MonolithModule {
  static over(store: EventStore, config: Config): DynamicModule {
    const { data, store: kind, snapshotEvery: every, snapshotSeconds: seconds } = config;
    const { snapshotSpacing: spacing, snapshotBytes: bytes } = config;
    return {
      module: MonolithModule,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        EventLogModule.forRoot(store),
        ProjectionModule.forRoot({
          pace: { every, seconds, spacing },
          snapshotsOf: (projection) =>
            kind === 'memory'
              ? new NoSnapshots()
              : new FileSnapshotStore(snapshotFolder(data, projection), { spacing, bytes }),
        }),
        ...contexts,
      ],
    };
  }
}
