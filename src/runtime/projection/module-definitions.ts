/** Finds the projections and contracts of Nest modules without starting an application, for workers and the command line. */
import 'reflect-metadata';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { CONTRACTS } from '../event-log/event-log.module.js';
import type { ProjectionDefinition } from './define-projection.js';

type Imported = Type | DynamicModule;

const definitions = new WeakMap<DynamicModule, ProjectionDefinition>();

/** Marks a dynamic module with its projection, so that `definitionsIn` finds it in modules that import it. */
export function withDefinition<Module extends DynamicModule>(
  module: Module,
  definition: ProjectionDefinition,
): Module {
  definitions.set(module, definition);
  return module;
}

/** The projections of these modules and of all that they import, by name. */
export function definitionsIn(modules: readonly unknown[]): ReadonlyMap<string, ProjectionDefinition> {
  const found = new Map<string, ProjectionDefinition>();
  for (const module of modulesIn(modules)) {
    const definition = typeof module === 'function' ? undefined : definitions.get(module);
    if (definition !== undefined) found.set(definition.name, definition);
  }
  return found;
}

/** The event contracts that these modules and all that they import publish or project. */
export function contractsIn(modules: readonly unknown[]): readonly AnyContract[] {
  const published = [...modulesIn(modules)].flatMap((module) =>
    typeof module === 'function' ? [] : (module.providers ?? []).flatMap(contractsOf),
  );
  const consumed = [...definitionsIn(modules).values()].flatMap(({ consumes }) => consumes);
  return [...new Set([...published, ...consumed])];
}

function contractsOf(provider: Provider): readonly AnyContract[] {
  if (typeof provider === 'function' || provider.provide !== CONTRACTS) return [];
  return 'useValue' in provider ? (provider.useValue as readonly AnyContract[]) : [];
}

function modulesIn(modules: readonly unknown[]): ReadonlySet<Imported> {
  const seen = new Set<Imported>();
  const visit = (module: unknown): void => {
    if (!isModule(module) || seen.has(module)) return;
    seen.add(module);
    for (const each of importedBy(module)) visit(each);
  };
  for (const module of modules) visit(module);
  return seen;
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
