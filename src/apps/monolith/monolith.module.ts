/** All contexts in one process, over one log. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { Settings } from '../settings.js';
import { EventLogModule } from '../../runtime/event-log/event-log.module.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { ProjectionModule } from '../../runtime/projection/projection.module.js';
import type { WorkerSettings } from '../../runtime/projection/operations/worker-executor.js';
import { NoSnapshots } from '../../runtime/projection/snapshots/snapshot-store.js';
import { rebuildStoreIn, snapshotStoreIn } from '../data-folder.js';
import { contexts as monolithContexts } from './contexts.js';
import type { WorkerBootstrapOptions } from './worker-bootstrap.js';

/** What the monolith is made of. */
export interface Parts {
  readonly contexts: readonly NonNullable<DynamicModule['imports']>[number][];
  /** URL of a module that exports them as `contexts`: worker processes import it. */
  readonly contextsFile: string;
  readonly workers?: Pick<WorkerSettings, 'heapMegabytes' | 'timeoutMs'>;
}

const PARTS: Parts = {
  contexts: monolithContexts,
  contextsFile: new URL('./contexts.js', import.meta.url).href,
};

@Module({})
export class MonolithModule {
  static over(
    store: EventStore,
    config: Settings,
    { contexts, contextsFile, workers }: Parts = PARTS,
  ): DynamicModule {
    const { data, store: kind, snapshotEvery: every, snapshotSeconds: seconds, auditMinutes } = config;
    const { snapshotSpacing: spacing, snapshotBytes: bytes } = config;
    const limits = { spacing, bytes };
    const isKept = kind !== 'memory';
    return {
      module: MonolithModule,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        EventLogModule.forRoot(store),
        ProjectionModule.forRoot({
          pace: { every, seconds, spacing },
          auditMinutes,
          snapshotsOf: (projection) =>
            isKept ? snapshotStoreIn(data, projection, limits) : new NoSnapshots(),
          rebuildSnapshotsOf: (projection) => (isKept ? rebuildStoreIn(data, projection) : new NoSnapshots()),
          ...(isKept && {
            workers: {
              ...workers,
              bootstrap: new URL('./worker-bootstrap.js', import.meta.url).href,
              options: { store: kind, data, contextsFile } satisfies WorkerBootstrapOptions,
            },
          }),
        }),
        ...contexts,
      ],
    };
  }
}
