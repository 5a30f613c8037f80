/** What every entity projection answers: `GET /<name>/{key}` and `GET /<name>`. */
import { Controller, type Type } from '@nestjs/common';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';

export function entitiesController({ name }: EntityProjectionDefinition): Type {
  @Controller({ path: name })
  class EntitiesController {}
  return EntitiesController;
}
