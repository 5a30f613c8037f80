/** A remote store over a log server that asks for a key. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GuardedLog } from '../../../../test/support/guarded-log.js';
import { LogServers } from '../../../../test/support/log-servers.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { ClientKey } from '../../access/client-key.js';
import { EVERYTHING, commitId, tag, type Commit, type NewCommit } from '../../event-log/event.js';
import { StoreUnavailable } from '../../event-log/errors.js';
import { StoreDrivers } from '../drivers.js';
import { remoteDriver } from './remote.driver.js';
import { RemoteStore } from './remote.store.js';

const KEY = 'lf_abcdefghijkl_cHJvYmFibHktYS1zZWNyZXQtdGhhdC1pcy1rZXB0LWhlcmU';
const OTHER = 'lf_bbbbbbbbbbbb_cHJvYmFibHktYS1zZWNyZXQtdGhhdC1pcy1rZXB0LWhlcmU';

const one = (id: string): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'thing.happened', revision: 1, tags: [tag('thing:1')], data: id }],
});

describe('a remote store with a key', () => {
  const servers = new LogServers();
  const folder = new TemporaryFolder();
  let log: GuardedLog;
  let told: (string | undefined)[];
  const stores: RemoteStore[] = [];

  beforeEach(async () => {
    log = await GuardedLog.before(await servers.open());
    log.key = KEY;
    told = [];
  }, 30_000);

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    await log.close();
  });

  afterAll(async () => {
    await servers.stop();
    folder.remove();
  });

  const open = async (key: ClientKey | undefined = ClientKey.of(KEY)): Promise<RemoteStore> => {
    const store = await RemoteStore.open({ url: log.url, key, onConnection: (lost) => told.push(lost) });
    stores.push(store);
    return store;
  };

  const driverError = async (key: ClientKey | undefined, url = log.url.href): Promise<string> => {
    try {
      await new StoreDrivers([remoteDriver({ key })]).open(url);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it was opened');
  };

  it('sends it with every kind of request', async () => {
    const store = await open();
    const { signal } = new AbortController();
    const waiting = store.advanced(await store.head(), signal);
    await store.append(one('a'));
    await waiting;
    await store.find(commitId('a'));
    for await (const page of store.commits()) expect(page).toHaveLength(1);
    for await (const page of store.read([{ tags: [tag('thing:1')] }], {})) expect(page).toHaveLength(1);
    for await (const page of store.read(EVERYTHING, { backwards: true })) expect(page).toHaveLength(1);
    expect(new Set(log.requests.map(({ request }) => request))).toEqual(
      new Set(['GET /head', 'POST /commits', 'GET /commits/a', 'GET /commits', 'POST /commits/query']),
    );
    expect(new Set(log.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${KEY}`]),
    );
  }, 30_000);

  it('sends none that it was not given', async () => {
    log.key = undefined;
    await (await RemoteStore.open({ url: log.url })).close();
    expect(log.requests[0]?.authorization).toBeUndefined();
  });

  describe('that does not count', () => {
    it('is not opened, and says what to set: without a key', async () => {
      expect(await driverError(undefined)).toBe(
        `${log.url.href.replace(/\/$/, '')} cannot be used: it asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE ` +
          'to one that has the scope log, as leftfold keys create <name> --scope log makes it',
      );
    });

    it('is not opened, and says why and what to set: with another key', async () => {
      const message = await driverError(ClientKey.of(OTHER));
      expect(message).toContain(
        'cannot be used: it does not take the key of this process (The key is not known); set LEFTFOLD_KEY or',
      );
      expect(message).not.toContain(OTHER.slice(0, 15));
    });

    it('is not opened, and names the scope: with a key that may do too little', async () => {
      const detail = 'key:till-1 does not have the scope log.';
      log.refusal = { status: 403, problem: 'scope-missing', detail };
      expect(await driverError(ClientKey.of(KEY))).toContain(
        '(key:till-1 does not have the scope log); set ',
      );
    });

    it('fails an append and a read at once, and asks again seldom', async () => {
      const store = await open();
      await store.append(one('a'));
      log.key = OTHER;
      for (let times = 0; times < 2; times += 1) {
        await expect(store.append(one('b'))).rejects.toMatchObject({ code: 'store-denied' });
        await expect(store.head()).rejects.toThrow(StoreUnavailable);
        const reading = (async () => {
          for await (const page of store.commits()) expect(page).toEqual([]);
        })();
        await expect(reading).rejects.toMatchObject({ code: 'store-denied' });
      }
      expect(store.status()).toMatchObject({ code: 'store-denied' });
      const asked = log.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 500)); // an interval after which a server that is away would be asked again
      expect(log.requests.length - asked).toBeLessThan(2);
      log.key = KEY;
      expect(await store.append(one('b'))).toMatchObject({ first: 2 });
    }, 30_000);

    it('does not go on asking for an append whose answer was lost', async () => {
      const store = await open();
      log.losesAppend = true;
      const refused = {
        status: 401,
        problem: 'invalid-credentials',
        detail: 'The key has been revoked.',
      } as const;
      const appended = store.append(one('a')).catch((error: unknown) => error);
      while (log.lostAppends === 0) await new Promise((resolve) => setImmediate(resolve));
      log.refusal = refused;
      const error = await appended;
      expect(error).toMatchObject({ code: 'store-denied' });
      expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
      log.refusal = undefined;
      expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
    }, 10_000); // it goes on for 15 s where the server is away
  });

  it('takes another key from its file while it runs', async () => {
    const path = join(folder.path, 'key');
    writeFileSync(path, `${KEY}\n`);
    const store = await open(ClientKey.inFile(path));
    await store.append(one('a'));
    log.key = OTHER;
    rmSync(path);
    writeFileSync(path, `${OTHER}\n`);
    let appended: Commit | undefined;
    while (appended === undefined) appended = await store.append(one('b')).catch(() => undefined);
    expect(appended).toMatchObject({ first: 2 });
  }, 30_000);

  it('is not sent over http: to another machine, unless that is allowed', async () => {
    const url = 'http://log.example.com:3000';
    expect(await driverError(ClientKey.of(KEY), url)).toContain(
      `${url} cannot be used: a key is not sent to log.example.com:3000 over http:, where others can read it; use https:, or set LEFTFOLD_KEY_OVER_HTTP=on`,
    );
    expect(ClientKey.of(KEY, { overPlainHttp: true }).faultOf(new URL(url))).toBeUndefined();
  });
});
