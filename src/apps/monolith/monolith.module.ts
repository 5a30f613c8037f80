/** All contexts in one process, over one log. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { LeftfoldModule } from '../../runtime/leftfold.module.js';
import type { WorkerOptions } from '../../runtime/leftfold-options.js';
import { storeUrl } from '../open-store.js';
import type { Settings } from '../settings.js';
import type { ContextModule } from './context-module.js';
import { contexts as monolithContexts } from './contexts.js';

/** The contexts of the monolith, and how it runs operations. */
export interface Parts {
  readonly contexts: readonly ContextModule[];
  /** How audits and rebuilds run in worker processes. */
  readonly workers: WorkerOptions;
}

export const PARTS: Parts = {
  contexts: monolithContexts,
  workers: { contexts: new URL('./contexts.js', import.meta.url).href },
};

@Module({})
export class MonolithModule {
  static over(store: EventStore, settings: Settings, { contexts, workers }: Parts = PARTS): DynamicModule {
    const { data: folder, snapshotEvery, snapshotSeconds, snapshotSpacing, snapshotBytes } = settings;
    return {
      module: MonolithModule,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        LeftfoldModule.forRoot({
          store,
          snapshots: {
            folder,
            every: snapshotEvery,
            seconds: snapshotSeconds,
            spacing: snapshotSpacing,
            bytes: snapshotBytes,
          },
          auditMinutes: settings.auditMinutes,
          ...(settings.build !== undefined && { build: settings.build }),
          ...(settings.store !== 'memory' && { workers: { store: storeUrl(settings), ...workers } }),
          http: { events: true, projections: true, operations: true, health: true },
        }),
        ...contexts,
      ],
    };
  }
}
