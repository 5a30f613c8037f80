/** Two event types with earlier revisions: parcels are sent and insured, and both types were revised. */
import { z } from 'zod';
import { defineEvent, type AnyContract } from '../../src/runtime/event-log/contracts/event-contract.js';
import {
  tag,
  type Commit,
  type Metadata,
  type Query,
  type RecordedEvent,
} from '../../src/runtime/event-log/event.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';

const cents = z.int().min(0);

/** As it was first: the value in cents. */
export const insured1 = defineEvent({
  type: 'parcel.insured',
  open: true,
  schema: z.strictObject({ parcel: z.string(), cents }),
  examples: [{ data: { parcel: 'a', cents: 150 }, tags: [tag('parcel:a')] }],
});

/** One to one: the value as a decimal. */
export const parcelInsured = insured1.revise({
  schema: z.strictObject({ parcel: z.string(), value: z.string() }),
  examples: [{ data: { parcel: 'a', value: '1.50' }, tags: [tag('parcel:a')] }],
  upcast: ({ data: { parcel, cents } }) => [{ data: { parcel, value: (cents / 100).toFixed(2) } }],
});

/** As it was first: one event for all parcels of a van, which may be none. */
export const sent1 = defineEvent({
  type: 'parcel.sent',
  schema: z.strictObject({
    parcels: z.array(z.strictObject({ parcel: z.string(), cents: cents.optional() })),
  }),
  examples: [
    { data: { parcels: [] } },
    { data: { parcels: [{ parcel: 'a', cents: 150 }, { parcel: 'b' }] }, metadata: { user: 'ada' } },
  ],
});

/** One to many, or to none, each with a tag of its own. */
export const sent2 = sent1.revise({
  schema: z.strictObject({ parcel: z.string(), cents: cents.optional() }),
  examples: [{ data: { parcel: 'a', cents: 150 }, tags: [tag('parcel:a')] }],
  addsTags: true,
  upcast: ({ data: { parcels } }) => parcels.map((data) => ({ data, tags: [tag(`parcel:${data.parcel}`)] })),
});

/** The insurance becomes an event of its own type, and who sent it comes out of the metadata. */
export const parcelSent = sent2.revise({
  schema: z.strictObject({ parcel: z.string(), by: z.string() }),
  examples: [{ data: { parcel: 'a', by: 'ada' }, tags: [tag('parcel:a')] }],
  yields: [insured1],
  upcast: ({ data: { parcel, cents }, metadata }) => [
    { data: { parcel, by: typeof metadata['user'] === 'string' ? metadata['user'] : 'nobody' } },
    ...(cents === undefined ? [] : [insured1.create({ parcel, cents })]),
  ],
});

/** What newer code in another process records: a revision that nobody here knows. */
export const sentLater = defineEvent({ type: 'parcel.sent', revision: 4, schema: z.json() });

export const everInsured: Query = [{ types: ['parcel.insured'] }];
export const about = (parcel: string): Query => [{ tags: [tag(`parcel:${parcel}`)] }];

/** The log as code saw it that knew these contracts. */
export function logWith(store: EventStore, ...contracts: readonly AnyContract[]): EventLog {
  const log = new EventLog(store);
  log.contracts.register(contracts);
  return log;
}

/** The log as it is seen today. */
export const parcelsLog = (store: EventStore): EventLog => logWith(store, parcelSent, parcelInsured);

/** A parcel, and for how many cents it is insured. */
export type Parcel = readonly [parcel: string, cents?: number];

/** Sends parcels as the first code did: all in one event. */
export function sendAsOnce(
  store: EventStore,
  parcels: readonly Parcel[],
  metadata: Metadata = {},
): Promise<Commit> {
  const data = {
    parcels: parcels.map(([parcel, value]) => ({ parcel, ...(value !== undefined && { cents: value }) })),
  };
  return logWith(store, sent1).append([sent1.create(data)], { metadata });
}

/** Sends a parcel as it is done today. */
export function send(log: EventLog, parcel: string): Promise<Commit> {
  return log.append([parcelSent.create({ parcel, by: 'ada' }, [tag(`parcel:${parcel}`)])]);
}

/** Where it stands, what it is, and about which parcel: `1 insured a`. */
export function inShort({ position: at, type, data }: RecordedEvent): string {
  return `${at} ${type.slice('parcel.'.length)} ${(data as { readonly parcel: string }).parcel}`;
}
