/** Which scope an endpoint asks for: said at its handler, read by whatever admits requests. */
import { SetMetadata, applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ModulesContainer } from '@nestjs/core';
import { routesIn } from '../http/kernel/method-not-allowed.js';
import type { RequiredScope } from './scopes.js';

const SCOPE = 'leftfold:scope';

/** What an operation of the OpenAPI document says of its scope. */
export const SCOPE_EXTENSION = 'x-leftfold-scope';

/** On a handler, or on a controller for all of its handlers. Without it an endpoint of an app asks for `admin`. */
export function RequireScope(scope: RequiredScope): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(SCOPE, scope), ApiExtension(SCOPE_EXTENSION, scope));
}

/** Of a handler, or of its controller. */
export function requiredScopeOf(...targets: readonly object[]): RequiredScope | undefined {
  return targets
    .map((target) => Reflect.getMetadata(SCOPE, target) as RequiredScope | undefined)
    .find((scope) => scope !== undefined);
}

/** Paths as Nest writes them (`/projections/:name`), and of each the scope by method. */
export type ScopesByRoute = ReadonlyMap<string, ReadonlyMap<string, RequiredScope>>;

/**
 * Of a path that no router has matched; undefined when none of the routes has it. It is read as the routers of the apps do: a slash at
 * the end begins a segment of its own, an encoded slash none, and the rest is decoded in each segment.
 *
 * @param path still percent-encoded
 */
export function scopeAt(scopes: ScopesByRoute, method: string, path: string): RequiredScope | undefined {
  const segments = path.replace(/^\//, '').split('/').map(decodeURIComponent);
  const fitting = [...scopes].flatMap(([route, methods]) => {
    const scope = methods.get(method) ?? methods.get('ALL');
    return scope !== undefined && fits(segmentsOf(route), segments) ? [{ route, scope }] : [];
  });
  // As a router does: where two fit, the one that names a segment comes before the one with a parameter there.
  return fitting.toSorted((one, other) => compare(parametersOf(one.route), parametersOf(other.route)))[0]
    ?.scope;
}

/** `0` for each segment that is named, `1` for each parameter. */
const parametersOf = (route: string): string =>
  segmentsOf(route)
    .map((part) => Number(part.startsWith(':')))
    .join('');

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

const segmentsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

function fits(route: readonly string[], path: readonly string[]): boolean {
  return route.length === path.length && route.every((part, at) => part.startsWith(':') || part === path[at]);
}

/** Of every controller of the application. An endpoint that says nothing asks for `admin`. */
export function scopesByRoute(container: ModulesContainer): ScopesByRoute {
  const controllers = [...container.values()].flatMap(({ controllers: all }) => [...all.values()]);
  return scopesOf(controllers.map(({ metatype }) => metatype as Type));
}

export function scopesOf(controllers: readonly Type[]): ScopesByRoute {
  const scopes = new Map<string, Map<string, RequiredScope>>();
  for (const controller of controllers) {
    for (const { path, method, handler } of routesIn(controller)) {
      const scope = requiredScopeOf(handler, controller) ?? 'admin';
      const methods = scopes.get(path) ?? new Map<string, RequiredScope>();
      methods.set(method, scope);
      if (method === 'GET') methods.set('HEAD', scope);
      scopes.set(path, methods);
    }
  }
  return scopes;
}
