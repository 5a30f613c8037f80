/** Which requests belong to which context, so that they can be handed to another process; and the contexts without some of them. */
import { MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { Type } from '@nestjs/common';
import { definitionsIn } from '../runtime/projection/module-definitions.js';
import type { ContextModule } from './context-module.js';
import type { ForwardedContext } from './forwarding.js';
import { contextsByName } from './named-contexts.js';

/** Every context that can be named, with its paths. */
export function forwardableIn(contexts: readonly ContextModule[]): readonly ForwardedContext[] {
  return [...contextsByName(contexts)].map(([name, context]) => {
    const projections = [...definitionsIn([context]).keys()];
    return { name, projections, segments: new Set([...projections, ...segmentsOf(context)]) };
  });
}

/** A context that is made of others is replaced by what is left of them. */
export function contextsWithout(
  contexts: readonly ContextModule[],
  names: readonly string[],
): readonly ContextModule[] {
  const known = contextsByName(contexts);
  const excluded = new Set<unknown>(names.map((name) => known.get(name)));
  const holdsExcluded = (context: unknown): boolean =>
    excluded.has(context) || importedBy(context).some(holdsExcluded);
  return contexts.flatMap((context): readonly ContextModule[] => {
    if (excluded.has(context)) return [];
    if (!holdsExcluded(context)) return [context];
    return contextsWithout(importedBy(context) as readonly ContextModule[], names);
  });
}

/** The first segments of the paths of its controllers. */
function segmentsOf(context: unknown): readonly string[] {
  const controllers = (metadata(MODULE_METADATA.CONTROLLERS, context) ?? []) as readonly Type[];
  const own = controllers.flatMap((controller) => {
    const at = pathsIn(controller).map(firstSegment);
    return at.some((segment) => segment === '') ? handlerSegments(controller) : at;
  });
  return [...own, ...importedBy(context).flatMap(segmentsOf)];
}

function handlerSegments({ prototype }: Type): readonly string[] {
  return Object.getOwnPropertyNames(prototype)
    .flatMap((name) => pathsIn((prototype as Record<string, unknown>)[name]))
    .map(firstSegment)
    .filter((segment) => segment !== '');
}

function pathsIn(target: unknown): readonly string[] {
  return [(metadata(PATH_METADATA, target) ?? []) as string | readonly string[]].flat();
}

const firstSegment = (path: string): string => path.split('/').find((segment) => segment !== '') ?? '';

/** Of a module class; what `forFeature` gives is a part of one. */
function importedBy(context: unknown): readonly unknown[] {
  const imports = (metadata(MODULE_METADATA.IMPORTS, context) ?? []) as readonly unknown[];
  return imports.filter((each) => typeof each === 'function');
}

function metadata(key: string, target: unknown): unknown {
  return typeof target === 'function' ? (Reflect.getMetadata(key, target) as unknown) : undefined;
}
