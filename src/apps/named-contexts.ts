/** Contexts by name, for apps that have some of them: the name of a module's class, without `Module`, in lower case with dashes. */
import type { Type } from '@nestjs/common';
import type { ContextModule } from './context-module.js';
import { InvalidSetting } from './settings.js';

/**
 * The contexts of the list, and the Nest modules that they are made of.
 *
 * @throws InvalidSetting for a name that none of them has
 */
export function contextsNamed(
  names: readonly string[],
  contexts: readonly ContextModule[],
): readonly ContextModule[] {
  const known = contextsByName(contexts);
  return [...new Set(names)].map((name) => {
    const context = known.get(name);
    if (context !== undefined) return context;
    const there = [...known.keys()].join(', ') || 'none';
    throw new InvalidSetting('LEFTFOLD_CONTEXTS', `has ${JSON.stringify(name)}; there are ${there}`);
  });
}

/** The contexts of the list, and the Nest modules that they are made of, by name. */
export function contextsByName(
  contexts: readonly unknown[],
  known = new Map<string, ContextModule>(),
): Map<string, ContextModule> {
  for (const context of contexts) {
    // What `forFeature` gives is a part of a context and not one.
    if (typeof context !== 'function') continue;
    const module = context as Type;
    if (known.has(nameOf(module))) continue;
    known.set(nameOf(module), module);
    contextsByName((Reflect.getMetadata('imports', module) ?? []) as readonly unknown[], known);
  }
  return known;
}

function nameOf({ name }: Type): string {
  return name
    .replace(/Module$/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase();
}
