/** Defines read models. */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AnyContract, RecordedOf } from '../../event-log/contracts/event-contract.js';
import type { RecordedEvent } from '../../event-log/event.js';
import { requireNameAndVersion } from '../define-projection.js';
import type { EventHandler, EventHandlers, ReadModelDefinition } from './read-model-definition.js';
import { ReadModel } from './read-model.js';

/** Raised when what is kept beside the tables changes for the same definition. */
const FORMAT = 1;

/**
 * Defines tables of one's own that follow the log. Their type is that of the parameter of `schema`:
 *
 *     defineReadModel({ name: 'turnover', consumes: [saleMade], schema: async (db: Kysely<Tables>) => …, handle: … })
 *
 * The fingerprint does not see what `schema` and `handle` refer to, such as functions that they call; raise `version` after a
 * change there. The tables are then built anew.
 *
 * @throws Error at start-up when the name or the version cannot be one, when a consumed event has no handler, or a handler no event
 */
export function defineReadModel<Database, const Consumes extends readonly AnyContract[]>(definition: {
  /** Names its folder, its schema, its log lines: lower case letters, digits and hyphens. */
  readonly name: string;
  readonly consumes: Consumes;
  /** Creates the tables, in a database that is empty. Whatever changes here has the tables built anew. */
  readonly schema: (db: Kysely<Database>) => Promise<unknown>;
  /** A handler for each consumed type, or one for all. */
  readonly handle:
    | EventHandlers<NoInfer<Database>, Consumes>
    | EventHandler<NoInfer<Database>, RecordedOf<Consumes[number]>>;
  /** As of a projection. Default: 1. */
  readonly version?: number;
}): ReadModelDefinition<Database> {
  const { name, consumes, schema, handle, version = 1 } = definition;
  requireNameAndVersion('read model', { name, version });
  if (consumes.length === 0) throw new Error(`read model ${name}: consumes lists no event; name one or more`);
  if (typeof schema !== 'function')
    throw new Error(
      `read model ${name}: schema is a function that creates the tables, as in async (db) => …`,
    );
  const handlers = handlersOf<Database>(name, consumes, handle);
  const revisions = consumes.map(({ type, revision }) => `${type}/${revision}`).sort();
  const sources =
    typeof handle === 'function' ? String(handle) : [...handlers].map(([, each]) => String(each));
  const parts = [FORMAT, name, version, revisions, String(schema), sources];
  return {
    kind: 'read model',
    name,
    version,
    consumes,
    schema,
    handle: (db, event) => handlers.get(event.type)?.(db, event) ?? Promise.resolve(),
    fingerprint: createHash('sha256').update(JSON.stringify(parts)).digest('base64url'),
    start(log, location, observer) {
      return new ReadModel(this, log, location, observer);
    },
  };
}

type AnyHandler<Database> = EventHandler<Database, RecordedEvent>;

/** By the type of the event, in the order of the types. */
function handlersOf<Database>(
  name: string,
  consumes: readonly AnyContract[],
  handle: unknown,
): ReadonlyMap<string, AnyHandler<Database>> {
  const types = consumes.map(({ type }) => type).sort();
  if (typeof handle === 'function')
    return new Map(types.map((type) => [type, handle as AnyHandler<Database>]));
  const given = new Map(Object.entries((handle ?? {}) as Readonly<Record<string, unknown>>));
  const unknown = [...given.keys()].find((type) => !types.includes(type));
  if (unknown !== undefined)
    throw new Error(
      `read model ${name}: there is a handler for ${unknown}, which consumes does not list; it lists ${types.join(', ')}`,
    );
  return new Map(
    types.map((type) => {
      const handler = given.get(type);
      if (typeof handler !== 'function')
        throw new Error(
          `read model ${name}: there is no handler for ${type}; handle has a function for each type that consumes lists, or is one function`,
        );
      return [type, handler as AnyHandler<Database>] as const;
    }),
  );
}
