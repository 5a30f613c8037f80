/** The key that `/openapi.json` shows: of an example that a contract was published with. */
import { NO_METADATA, NO_TAGS, START, commitId, type RecordedEvent } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';

type Keyed = Pick<EntityProjectionDefinition, 'consumes' | 'keysOf'>;

/** @returns `1` where no example has a key */
export function exampleKey({ consumes, keysOf }: Keyed): string {
  for (const { type, revision, examples } of consumes) {
    for (const { data, tags = NO_TAGS, metadata = NO_METADATA } of examples) {
      const recorded = { position: START, time: new Date(0).toISOString(), commit: commitId('example') };
      const [key] = keysIn(keysOf, { ...recorded, type, revision, data: data as never, tags, metadata });
      if (key !== undefined) return key;
    }
  }
  return '1';
}

/** `key` is the author's, and an example lacks what only recorded events have: an error here is no error of the program. */
function keysIn(keysOf: Keyed['keysOf'], event: RecordedEvent): readonly string[] {
  try {
    return keysOf(event);
  } catch {
    return [];
  }
}
