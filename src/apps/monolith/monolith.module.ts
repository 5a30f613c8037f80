/** All contexts in one process, over one log. */
import type { AppDefinition } from '../app-definition.js';
import { aboutOf, pageOf, type Parts } from '../context-module.js';
import { contextsWithout, forwardableIn } from '../forwarded-contexts.js';
import { InvalidSetting, type Settings } from '../settings.js';
import { contexts as monolithContexts } from './contexts.js';

export type { Parts };

export const PARTS: Parts = {
  contexts: monolithContexts,
  workers: { contexts: new URL('./contexts.js', import.meta.url).href },
};

/** @throws InvalidSetting when LEFTFOLD_FORWARD names a context that there is not */
export function monolith({ commits, forward, console, inspect }: Settings, parts: Parts): AppDefinition {
  const forwardable = forwardableIn(parts.contexts);
  const names = [...forward.keys()];
  const unknown = names.find((name) => !forwardable.some((context) => context.name === name));
  if (unknown !== undefined) {
    const there = forwardable.map(({ name }) => name).join(', ') || 'none';
    throw new InvalidSetting('LEFTFOLD_FORWARD', `has ${JSON.stringify(unknown)}; there are ${there}`);
  }
  return {
    parts: { ...parts, contexts: contextsWithout(parts.contexts, names) },
    forwardable,
    about: aboutOf(parts.contexts),
    page: pageOf(parts.contexts),
    http: {
      events: true,
      commits,
      projections: true,
      operations: true,
      model: { contexts: parts.contexts },
      health: true,
      push: true,
      console,
      inspect,
    },
    // Contexts that are handed on run elsewhere.
    sharesLog: names.length > 0,
  };
}
