/** The remote store keeps what every store promises, over log servers in another process, with any number of writers and readers. */
import { LogServers } from '../../../../test/support/log-servers.js';
import { describeEventStore } from '../../testing/conformance/describe-event-store.js';
import type { EventStore } from '../../event-log/event-store.js';
import { RemoteStore } from './remote.store.js';

const servers = new LogServers();
const urls = new Map<EventStore, string>();

async function open(url: string): Promise<EventStore> {
  const store = await RemoteStore.open({ url: new URL(url) });
  urls.set(store, url);
  return store;
}

/** One more store on the log of another. */
function openBeside(store: EventStore): Promise<EventStore> {
  const url = urls.get(store);
  if (url === undefined) throw new Error('this store was not opened here');
  return open(url);
}

describeEventStore('RemoteStore', {
  open: async () => open(await servers.open()),
  reopen: openBeside,
  another: openBeside,
  reader: openBeside,
  dispose: () => servers.stop(),
});
