/** Finds the projections and contracts of Nest modules without starting an application, for workers and the command line. */
import 'reflect-metadata';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { DynamicModule, Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Reliance } from '../event-log/contracts/publishing/reliance.js';
import type { ProjectionDefinition } from './define-projection.js';
import type { EntityProjectionDefinition } from './entities/define-entity-projection.js';
import type { AnyReadModelDefinition } from './read-models/any-read-model.js';

type Imported = Type | DynamicModule;

/** What `LeftfoldModule.forFeature` was given. */
export interface Feature {
  /** All that it knows, those of other contexts included. */
  readonly contracts: readonly AnyContract[];
  /** Those that it names itself, in `contracts`. */
  readonly named?: readonly AnyContract[];
  readonly projections: readonly ProjectionDefinition[];
  readonly entityProjections?: readonly EntityProjectionDefinition[];
  readonly readModels?: readonly AnyReadModelDefinition[];
  /** Deciders, and decisions about several subjects. */
  readonly deciders?: readonly object[];
  readonly reliesOn?: readonly Reliance[];
  /** What it records beside what its commands name. */
  readonly records?: readonly AnyContract[];
  /** Whether it is served. */
  readonly http?: boolean;
}

/** Token of the feature in its dynamic module. */
export const FEATURE = 'leftfold:feature';

/** A bounded context: a Nest module with its features. */
export interface ContextParts {
  /** That of the class of the module, without `Module`. */
  readonly name: string;
  readonly features: readonly Feature[];
}

const features = new WeakMap<DynamicModule, Feature>();

/**
 * Marks a dynamic module with its feature, so that `definitionsIn` and `contractsIn` find it in modules that import it, and `contextsOf` in an application
 * that runs.
 */
export function withFeature<Module extends DynamicModule>(module: Module, feature: Feature): Module {
  const marked = {
    ...module,
    providers: [...(module.providers ?? []), { provide: FEATURE, useValue: feature }],
  };
  features.set(marked, feature);
  return marked;
}

/** The projections of these modules and of all that they import, by name. */
export function definitionsIn(modules: readonly unknown[]): ReadonlyMap<string, ProjectionDefinition> {
  const found = new Map<string, ProjectionDefinition>();
  for (const { projections } of featuresIn(modules)) {
    for (const definition of projections) found.set(definition.name, definition);
  }
  return found;
}

/** The entity projections of these modules and of all that they import, by name. */
export function entityDefinitionsIn(
  modules: readonly unknown[],
): ReadonlyMap<string, EntityProjectionDefinition> {
  const found = featuresIn(modules).flatMap(({ entityProjections = [] }) => entityProjections);
  return new Map(found.map((definition) => [definition.name, definition]));
}

/** The names of the entity projections of these modules and of all that they import. */
export function entityProjectionsIn(modules: readonly unknown[]): readonly string[] {
  return [...entityDefinitionsIn(modules).keys()];
}

/** The names of the read models of these modules and of all that they import. */
export function readModelsIn(modules: readonly unknown[]): readonly string[] {
  return featuresIn(modules).flatMap(({ readModels = [] }) => readModels.map(({ name }) => name));
}

/** The modules, among these and all that they import, that import features themselves. Features that no module imports are one more. */
export function contextsIn(modules: readonly unknown[]): readonly ContextParts[] {
  const all = [...modulesIn(modules)];
  const imported = new Set(all.flatMap(importedBy));
  const alone = all.filter((module) => !imported.has(module)).flatMap(featureOf);
  const contexts = all.flatMap((module) => {
    const own = importedBy(module).flatMap(featureOf);
    if (own.length === 0) return [];
    return [{ name: contextNameOf(typeof module === 'function' ? module : module.module), features: own }];
  });
  return alone.length === 0 ? contexts : [...contexts, { name: 'Application', features: alone }];
}

/** As `contextsIn`, of an application that runs. */
export function contextsOf(container: ModulesContainer): readonly ContextParts[] {
  const features = new Map(
    [...container.values()].flatMap((module) => {
      const feature = module.providers.get(FEATURE)?.instance as Feature | undefined;
      return feature === undefined ? [] : [[module, feature] as const];
    }),
  );
  return [...container.values()].flatMap(({ metatype, imports }) => {
    const own = [...imports].flatMap((each) => features.get(each) ?? []);
    return own.length === 0 ? [] : [{ name: contextNameOf(metatype), features: own }];
  });
}

const contextNameOf = ({ name }: { readonly name: string }): string => name.replace(/Module$/, '') || name;

const featureOf = (module: unknown): readonly Feature[] => {
  const feature = isModule(module) && typeof module !== 'function' ? features.get(module) : undefined;
  return feature === undefined ? [] : [feature];
};

/** The event contracts that these modules and all that they import publish or project. */
export function contractsIn(modules: readonly unknown[]): readonly AnyContract[] {
  const published = featuresIn(modules).flatMap(({ contracts }) => contracts);
  const consumed = [...definitionsIn(modules).values()].flatMap(({ consumes }) => consumes);
  return [...new Set([...published, ...consumed])];
}

function featuresIn(modules: readonly unknown[]): readonly Feature[] {
  return [...modulesIn(modules)].flatMap((module) =>
    typeof module === 'function' ? [] : (features.get(module) ?? []),
  );
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
