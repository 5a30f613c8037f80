/** A remote store over connections that break, answers that are lost, and bytes that are not what was recorded. */
import { LogProxy } from '../../../../test/support/log-proxy.js';
import { LogServers } from '../../../../test/support/log-servers.js';
import { appendAll, madeUpCommits } from '../../../../test/support/made-up-log.js';
import { LogClosed, LogDamaged, StoreUnavailable } from '../../event-log/errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  type NewCommit,
  type RecordedCommit,
} from '../../event-log/event.js';
import { RemoteStore } from './remote.store.js';

const COMMITS = 400;

const one = (id: string, isNewId = false): NewCommit => ({
  id: commitId(id),
  isNewId,
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'thing.happened', revision: 1, tags: [], data: id }],
});

async function commitsOf(store: RemoteStore): Promise<readonly RecordedCommit[]> {
  const all: RecordedCommit[] = [];
  for await (const page of store.commits()) all.push(...page);
  return all;
}

describe('a remote store', () => {
  const servers = new LogServers();
  let url: string;
  let proxy: LogProxy;
  let store: RemoteStore;
  let told: (string | undefined)[];

  beforeEach(async () => {
    url = await servers.open();
    proxy = await LogProxy.to(url);
    told = [];
    store = await RemoteStore.open({
      url: proxy.url,
      settleWithin: 2_000,
      onConnection: (lost) => told.push(lost),
    });
  }, 30_000);

  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  afterAll(() => servers.stop());

  it('goes on without a gap or a repeat when the connection breaks in the middle of a page', async () => {
    await appendAll(store, madeUpCommits(COMMITS, { most: 5 }));
    const whole = await commitsOf(store);
    let left = 0;
    proxy.answering = (request, bytes) => {
      if (!request.startsWith('GET /commits') || proxy.cuts >= 3) return { bytes };
      left += 1;
      // The headers and a part of the commits.
      return left % 2 === 0 || bytes.length > 5_000
        ? { bytes: bytes.subarray(0, Math.floor(bytes.length * 0.6)), isCut: true }
        : { bytes };
    };
    const mended = await commitsOf(store);
    expect(proxy.cuts).toBeGreaterThan(0);
    expect(mended).toEqual(whole);
    const positions: number[] = [];
    proxy.cuts = 0;
    for await (const page of store.read(EVERYTHING, { backwards: true, limit: 300 }))
      positions.push(...page.map((event) => event.position));
    const head = await store.head();
    expect(positions).toEqual(Array.from({ length: 300 }, (_, index) => head - index));
  }, 60_000);

  it('asks again for an append whose answer was lost, and has recorded it once', async () => {
    let lost = 0;
    proxy.answering = (request, bytes) => {
      if (request !== 'POST /commits' || lost === 3) return { bytes };
      lost += 1;
      return { bytes: Buffer.alloc(0), isCut: true };
    };
    const answers = await Promise.all([store.append(one('a')), store.append(one('b', true))]);
    expect(lost).toBe(3);
    expect(answers.map(({ first }) => first)).toEqual([1, 2]);
    // An id that was made for its append was recorded by it.
    expect(answers[1].repeated).toBe(false);
    expect(await store.head()).toBe(2);
  }, 30_000);

  it('says that it does not know what became of an append when no answer comes at all', async () => {
    proxy.answering = (request, bytes) =>
      request === 'POST /commits' ? { bytes: Buffer.alloc(0), isCut: true } : { bytes };
    const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
    proxy.answering = undefined;
    expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
  }, 30_000);

  it('says so in time, too, when the server is silent once it is asked again', async () => {
    let asked = 0;
    proxy.answering = (request, bytes) => {
      if (request !== 'POST /commits') return { bytes };
      asked += 1;
      return { bytes: Buffer.alloc(0), isCut: asked === 1 };
    };
    await expect(store.append(one('a'))).rejects.toThrow(StoreUnavailable);
    expect(asked).toBe(2);
  }, 20_000); // a request may be silent for 30 s otherwise

  it('refuses an append at once while the server is away, and says that nothing was recorded', async () => {
    proxy.refuse();
    const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    while (store.status() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(store.status()).toMatchObject({ code: 'store-unavailable' });
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    proxy.allow();
    while (store.status() !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told).toEqual([expect.any(String), undefined]);
    // It may have arrived before the connection broke; under its id it is recorded once.
    expect(await store.append(one('a'))).toMatchObject({ first: 1 });
  }, 30_000);

  it('gives out no commit whose bytes were changed on the way', async () => {
    await appendAll(store, madeUpCommits(20, { most: 2 }));
    proxy.answering = (request, bytes) => {
      const changed = Buffer.from(bytes);
      const at = changed.indexOf('number.');
      if (request.startsWith('GET /commits') && at >= 0) changed[at] = 0x4e;
      return { bytes: changed };
    };
    await expect(commitsOf(store)).rejects.toThrow(LogDamaged);
    proxy.answering = undefined;
    expect((await commitsOf(store)).length).toBeGreaterThan(0);
  }, 30_000);

  it('refuses a server of another log, and reads on once the right one is back', async () => {
    await store.append(one('a'));
    const other = await servers.open();
    proxy.refuse();
    proxy.allow(other);
    await expect(store.append(one('b'))).rejects.toMatchObject({ code: 'another-log' });
    await expect(store.head()).rejects.toMatchObject({ code: 'another-log' });
    proxy.refuse();
    proxy.allow(url);
    expect(await store.head()).toBe(1);
    const untouched = await RemoteStore.open({ url: new URL(other) });
    expect(await untouched.head()).toBe(START);
    await untouched.close();
  }, 30_000);

  it('ends a read with an error when it is closed meanwhile', async () => {
    await appendAll(store, madeUpCommits(COMMITS, { most: 5 }));
    const reading = (async () => {
      for await (const page of store.read(EVERYTHING, { through: position(1_000_000) }))
        if (page.length > 0) await store.close();
    })();
    await expect(reading).rejects.toThrow(LogClosed);
  }, 30_000);
});
