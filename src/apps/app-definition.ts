/** An app: which contexts it has over a log, and what of both it serves. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { LeftfoldModule } from '../runtime/leftfold.module.js';
import type { HttpParts } from '../runtime/leftfold-options.js';
import type { About, Parts } from './context-module.js';
import type { ContextPage } from './context-page.js';
import type { ForwardedContext } from './forwarding.js';
import { storeUrl } from './open-store.js';
import { isPostgres, type Settings } from './settings.js';

export interface AppDefinition {
  readonly parts: Parts;
  readonly about: About;
  /** Shown at `/`. Default: links to everything that there is. */
  readonly page?: ContextPage | undefined;
  readonly http: HttpParts;
  /** Contexts that it can hand to other processes. Default: none. */
  readonly forwardable?: readonly ForwardedContext[];
  /** Paths under which another path is served, too. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Whether the data folder is of use for one log only, and a log server of another one is refused. */
  readonly isBoundToLog?: boolean;
  /** Whether other processes run contexts over the same log. */
  readonly sharesLog?: boolean;
}

@Module({})
export class AppModule {
  static over(
    store: EventStore,
    settings: Settings,
    {
      parts: { contexts, workers },
      http,
      sharesLog = false,
    }: Pick<AppDefinition, 'parts' | 'http' | 'sharesLog'>,
  ): DynamicModule {
    const { data: folder, snapshotEvery, snapshotSeconds, snapshotSpacing, snapshotBytes } = settings;
    return {
      module: AppModule,
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
          ...(settings.entities !== 'data' && {
            entities: {
              postgres: settings.entities,
              ...(settings.entitiesPrefix !== undefined && { prefix: settings.entitiesPrefix }),
            },
          }),
          ...(isPostgres(settings.store) && { readModels: { database: settings.store } }),
          auditMinutes: settings.auditMinutes,
          sharesLog,
          ...(settings.build !== undefined && { build: settings.build }),
          ...(settings.store !== 'memory' && { workers: { store: storeUrl(settings), ...workers } }),
          http,
        }),
        ...contexts,
      ],
    };
  }
}
