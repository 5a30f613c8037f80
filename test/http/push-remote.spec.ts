/** A stream from a process whose log is in another one goes on while that is away. */
import { RemoteStore } from '../../src/runtime/stores/remote/remote.store.js';
import { until } from '../support/api.js';
import { StreamClient } from '../support/event-stream.js';
import { LogProxy } from '../support/log-proxy.js';
import { LogServers } from '../support/log-servers.js';
import { parcelInsured, parcelSent, parcelsLog, send } from '../support/parcels.js';
import { serveLog } from '../support/served-log.js';

describe('a stream of events over a remote log', () => {
  const servers = new LogServers();

  afterAll(() => servers.stop());

  it('resumes by itself, without a gap or a repeat, once the log is back', async () => {
    const url = await servers.open();
    const proxy = await LogProxy.to(url);
    const direct = await RemoteStore.open({ url: new URL(url) });
    const log = parcelsLog(direct);
    const served = await serveLog(await RemoteStore.open({ url: proxy.url }), [parcelSent, parcelInsured]);
    await send(log, 'a');
    const client = await StreamClient.open(`${served.url}/events?after=0`);
    await until(() => client.ids.length === 1);
    await send(log, 'b');
    await until(() => client.ids.length === 2);
    for (let times = 0; times < 3; times += 1) {
      proxy.refuse();
      const { last } = await send(log, 'c');
      proxy.allow();
      await until(() => client.lastEventId === String(last));
    }
    expect(client.ids).toEqual(['1', '2', '3', '4', '5']);
    expect(client.isOver).toBe(false);
    client.close();
    await served.close();
    await direct.close();
    await proxy.close();
  }, 30_000);
});
