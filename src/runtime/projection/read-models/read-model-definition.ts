/** The definition of a read model, as the author of a context writes it: tables of one's own, and what each event does to them. */
import type { Kysely, Transaction } from 'kysely';
import type { AnyContract, RecordedOf } from '../../event-log/contracts/event-contract.js';
import type { RecordedEvent } from '../../event-log/event.js';
import type { AnyReadModelDefinition } from './any-read-model.js';

/**
 * Changes the tables for an event. It is run for every event, in order, one at a time, also in rebuilds and audits: it reads and
 * writes nothing but the tables, and the same events make the same rows. It awaits each of its queries; one that fails fails the
 * event, also where the error is caught.
 */
export type EventHandler<Database, Event> = (db: Transaction<Database>, event: Event) => Promise<unknown>;

/** A handler for each type that is consumed. */
export type EventHandlers<Database, Consumes extends readonly AnyContract[]> = {
  readonly [Type in Consumes[number]['type']]: EventHandler<
    Database,
    RecordedOf<Extract<Consumes[number], { readonly type: Type }>>
  >;
};

export interface ReadModelDefinition<Database = unknown> extends AnyReadModelDefinition {
  /** Creates the tables in an empty database. */
  readonly schema: (db: Kysely<Database>) => Promise<unknown>;
  readonly handle: (db: Transaction<Database>, event: RecordedEvent) => Promise<unknown>;
}
