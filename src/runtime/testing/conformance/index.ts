/** The conformance kit, for authors of event stores. */
export { describeEventStore } from './describe-event-store.js';
export type { Capabilities, EventStoreFactory } from './event-store-factory.js';
