/** Which projections some modules bring along, without starting an application: for workers and the command line. */
import 'reflect-metadata';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { DynamicModule, Type } from '@nestjs/common';
import type { ProjectionDefinition } from './define-projection.js';

type Imported = Type | DynamicModule;

const definitions = new WeakMap<DynamicModule, ProjectionDefinition>();

/** Notes what a module was made for, so that it can be found again in whatever imports it. */
export function bringing<Module extends DynamicModule>(
  module: Module,
  definition: ProjectionDefinition,
): Module {
  definitions.set(module, definition);
  return module;
}

/** The projections of these modules and of all that they import, by name. */
export function definitionsIn(modules: readonly unknown[]): ReadonlyMap<string, ProjectionDefinition> {
  const found = new Map<string, ProjectionDefinition>();
  const seen = new Set<unknown>();
  const visit = (module: unknown): void => {
    if (seen.has(module) || !isModule(module)) return;
    seen.add(module);
    const definition = typeof module === 'function' ? undefined : definitions.get(module);
    if (definition !== undefined) found.set(definition.name, definition);
    for (const each of importedBy(module)) visit(each);
  };
  for (const module of modules) visit(module);
  return found;
}

function isModule(module: unknown): module is Imported {
  return (
    typeof module === 'function' || (typeof module === 'object' && module !== null && 'module' in module)
  );
}

function importedBy(module: Imported): readonly unknown[] {
  if (typeof module === 'function') {
    return (Reflect.getMetadata(MODULE_METADATA.IMPORTS, module) as readonly unknown[] | undefined) ?? [];
  }
  const ofClass = Reflect.getMetadata(MODULE_METADATA.IMPORTS, module.module) as
    readonly unknown[] | undefined;
  return [...(module.imports ?? []), ...(ofClass ?? [])];
}
