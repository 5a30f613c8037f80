/** All contexts in one process, over one log. */
import type { AppDefinition } from '../app-definition.js';
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
