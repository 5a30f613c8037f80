/** All contexts in one process, over one log. */
import type { DynamicModule } from '@nestjs/common';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { AppModule, type AppDefinition } from '../app-definition.js';
import { aboutOf, type Parts } from '../context-module.js';
import type { Settings } from '../settings.js';
import { contexts as monolithContexts } from './contexts.js';

export type { Parts };

export const PARTS: Parts = {
  contexts: monolithContexts,
  workers: { contexts: new URL('./contexts.js', import.meta.url).href },
};

export function monolith({ commits }: Settings, parts: Parts): AppDefinition {
  return {
    parts,
    about: aboutOf(parts.contexts),
    http: { events: true, commits, projections: true, operations: true, health: true },
  };
}

export class MonolithModule {
  static over(store: EventStore, settings: Settings, parts: Parts = PARTS): DynamicModule {
    return AppModule.over(store, settings, monolith(settings, parts));
  }
}
