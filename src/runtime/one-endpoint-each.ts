/** Refuses two endpoints of the runtime that would have one method and path. */
import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { pathsOf } from './http/kernel/method-not-allowed.js';

/**
 * Of all contexts of the application. Express would answer with the first of the two without a word.
 *
 * @param modules those whose controllers are the runtime's own
 * @throws Error that names the method and the path
 */
export function requireOneEndpointEach(container: ModulesContainer, modules: ReadonlySet<Type>): void {
  const known = new Set<string>();
  for (const { metatype, controllers } of container.values()) {
    if (!modules.has(metatype)) continue;
    for (const controller of controllers.values()) {
      for (const [path, methods] of pathsOf(controller.metatype as Type)) {
        // Whatever their parameters are called, both would have the same requests.
        const place = path.replaceAll(/:[^/]+/g, '{}');
        for (const method of methods) {
          if (known.has(`${method} ${place}`))
            throw new Error(
              `two endpoints are ${method} ${place}; give a decider or a projection another path (http.path); an entity projection may leave one entity to a decider (http.entity)`,
            );
          known.add(`${method} ${place}`);
        }
      }
    }
  }
}
