/** Which requests belong to which context, so that they can be handed to another process; and the contexts without some of them. */
import { MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { DynamicModule, Type } from '@nestjs/common';
import {
  definitionsIn,
  entityDefinitionsIn,
  entityProjectionsIn,
  readModelsIn,
} from '../runtime/projection/module-definitions.js';
import type { EntityProjectionDefinition } from '../runtime/projection/entities/define-entity-projection.js';
import { scopesOf } from '../runtime/access/required-scope.js';
import { PATHS, isOfRuntime, pathOf } from '../runtime/http/kernel/paths.js';
import type { ContextModule } from './context-module.js';
import type { ForwardedContext } from './forwarding.js';
import { contextsByName } from './named-contexts.js';

/** A context has a path that the runtime serves. The app prints the sentence without a stack trace and exits. */
export class PathTaken extends Error {
  override readonly name = 'PathTaken';
}

/** @throws PathTaken when a controller of a context is where the runtime serves its own, so that neither could be told from the other */
export function requireOwnPaths(contexts: readonly ContextModule[]): void {
  for (const [name, context] of contextsByName(contexts)) {
    const taken = segmentsOf(context).find(isOfRuntime);
    if (taken !== undefined)
      throw new PathTaken(
        `context ${name}: /${taken} is where the runtime serves its own; its controllers need another path than ${Object.values(PATHS).join(', ')}`,
      );
  }
}

/** Every context that can be named, with its paths. */
export function forwardableIn(contexts: readonly ContextModule[]): readonly ForwardedContext[] {
  return [...contextsByName(contexts)].map(([name, context]) => {
    const entityProjections = [...entityProjectionsIn([context]), ...readModelsIn([context])];
    const entities = [...entityDefinitionsIn([context]).values()];
    const definitions = [...definitionsIn([context]).values(), ...entities];
    const projections = [...definitionsIn([context]).keys(), ...entityProjections];
    const paths = [...definitions.map(pathOf), ...readModelsIn([context])];
    return {
      name,
      projections,
      entityProjections,
      segments: new Set([...paths.map(firstSegment), ...segmentsOf(context)]),
      scopes: scopesOf(allControllersOf(context)),
      included: includedIn(entities),
    };
  });
}

/** Relations of two projections may have one name: then both are asked for. */
function includedIn(
  definitions: readonly Pick<EntityProjectionDefinition, 'relations'>[],
): ReadonlyMap<string, readonly string[]> {
  const relations = definitions.flatMap((definition) => Object.entries(definition.relations));
  const names = new Set(relations.map(([name]) => name));
  return new Map(
    [...names].map((name) => [
      name,
      relations.filter(([each]) => each === name).map(([, { of }]) => of.name),
    ]),
  );
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

/** The first segments of the paths of its controllers, and of those that `forFeature` makes for its projections and commands. */
function segmentsOf(context: unknown): readonly string[] {
  const own = controllersOf(context).flatMap((controller) => {
    const at = pathsIn(controller).map(firstSegment);
    return at.some((segment) => segment === '') ? handlerSegments(controller) : at;
  });
  const parts = importsOf(context).filter(isDynamic);
  return [...own, ...[...parts, ...importedBy(context)].flatMap(segmentsOf)];
}

/** Its own, and those of what it imports. */
function allControllersOf(context: unknown): readonly Type[] {
  const parts = importsOf(context).filter(isDynamic);
  return [...controllersOf(context), ...[...parts, ...importedBy(context)].flatMap(allControllersOf)];
}

function controllersOf(context: unknown): readonly Type[] {
  if (isDynamic(context)) return [...(context.controllers ?? []), ...controllersOf(context.module)];
  return (metadata(MODULE_METADATA.CONTROLLERS, context) ?? []) as readonly Type[];
}

function isDynamic(context: unknown): context is DynamicModule {
  return typeof context === 'object' && context !== null && 'module' in context;
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
  return importsOf(context).filter((each) => typeof each === 'function');
}

function importsOf(context: unknown): readonly unknown[] {
  return (metadata(MODULE_METADATA.IMPORTS, context) ?? []) as readonly unknown[];
}

function metadata(key: string, target: unknown): unknown {
  return typeof target === 'function' ? (Reflect.getMetadata(key, target) as unknown) : undefined;
}
