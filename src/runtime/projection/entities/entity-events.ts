/** The events that an entity projection folds: which entities one is about, and what it has to have for that. */
import type { Page, Position, Query, RecordedEvent, Tag } from '../../event-log/event.js';
import { errorText } from '../error-text.js';
import { isSkip, skipTypes } from '../skipping.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { EntityFault } from './entity.js';

/** Faults that do not stop a projection. */
export interface EntityFaults {
  /** Entities that have stopped. */
  readonly entities: readonly ({ readonly key: string } & EntityFault)[];
  /** Of events that are about no entity that could be told. */
  readonly unkeyed: readonly EntityFault[];
}

type Consuming = Pick<EntityProjectionDefinition, 'consumes'>;

/** The events that an entity projection folds, and skips. */
export function followed({ consumes }: Consuming): Query {
  return [{ types: [...new Set([...consumes.map(({ type }) => type), ...skipTypes])] }];
}

/** Those that it folds. */
export function foldable(
  { consumes }: Consuming,
  events: readonly RecordedEvent[],
): readonly RecordedEvent[] {
  return consumes.some(isSkip) ? events : events.filter((event) => !isSkip(event));
}

/** The keys of an event, or why there are none that can be used. */
export function keysOrFault(
  { keysOf }: Pick<EntityProjectionDefinition, 'keysOf'>,
  event: RecordedEvent,
): { readonly keys: readonly string[] } | { readonly fault: EntityFault; readonly error: unknown } {
  try {
    return { keys: keysOf(event) };
  } catch (error) {
    const { position, type } = event;
    return { fault: { position, type, message: errorText(error) }, error };
  }
}

/** Without it the event would count now, and not in the past of the entity, which is folded by its tag. @throws Error */
export function requireTag(
  { tag }: { readonly tag?: (key: string) => Tag },
  key: string,
  event: RecordedEvent,
): void {
  const expected = tag?.(key);
  if (expected !== undefined && !event.tags.includes(expected))
    throw new Error(
      `it is about ${JSON.stringify(key)}, and has not the tag ${JSON.stringify(expected)} that every event of that entity has (tag of the definition)`,
    );
}

/** One page for each position. */
export function pagesByPosition(batch: readonly Page[]): readonly Page[] {
  const pages: { events: RecordedEvent[]; through: Position }[] = [];
  for (const event of batch.flatMap(({ events }) => events)) {
    const last = pages.at(-1);
    if (last?.through === event.position) last.events.push(event);
    else pages.push({ events: [event], through: event.position });
  }
  return pages;
}
