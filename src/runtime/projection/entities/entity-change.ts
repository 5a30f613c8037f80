/** What is written of an entity that was folded: its view, its columns, its digest. */
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { EntityChange } from './entity-database.js';
import { bytesOf, keptState } from './entity-state.js';
import { digestOfEntity, type Entity } from './entity.js';
import { columnValue, SHOWN, type ColumnValue } from './index-kinds.js';

/** @throws Error when the view fails, or is not what the index says */
export function changeOf<Context>(
  { view: viewOf, index }: Pick<EntityProjectionDefinition<Context>, 'view' | 'index'>,
  entity: Entity<Context>,
): EntityChange {
  const view = viewOf(entity.state, entity.key);
  const columns = Object.entries(index).map(([member, kind]): ColumnValue => {
    const value = columnValue(kind, view[member]);
    if (value !== undefined) return value;
    throw new TypeError(
      `the view's ${member} is to be ${SHOWN[kind]}, and is ${JSON.stringify(view[member])}`,
    );
  });
  const written = JSON.stringify(view);
  const state = keptState(entity.state);
  const bytes = bytesOf(state) + 2 * (written.length + entity.key.length);
  return { entity: { ...entity, view: written, digest: digestOfEntity(entity), bytes }, state, columns };
}
