/** What a remote store says of appends whose answers were lost, are refused when they are asked for again, or are not understood. */
import { LogProxy, type Passed } from '../../../../test/support/log-proxy.js';
import { LogServers } from '../../../../test/support/log-servers.js';
import {
  AppendConditionFailed,
  ConditionTooCostly,
  LogBusy,
  LogClosed,
  StorageFull,
  StoreUnavailable,
  WriterLeaseLost,
} from '../../event-log/errors.js';
import { documentOf } from '../../http/kernel/problem-document.js';
import { EVERYTHING, START, commitId, type NewCommit } from '../../event-log/event.js';
import { reasonOf } from './remote-head.js';
import { RemoteStore } from './remote.store.js';

const one = (id: string, isNewId = false): NewCommit => ({
  id: commitId(id),
  isNewId,
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'thing.happened', revision: 1, tags: [], data: id }],
});

describe('a remote store', () => {
  const servers = new LogServers();
  let url: string;
  let proxy: LogProxy;
  let store: RemoteStore;

  beforeEach(async () => {
    url = await servers.open();
    proxy = await LogProxy.to(url);
    store = await RemoteStore.open({ url: proxy.url, settleWithin: 2_000 });
  }, 30_000);

  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  afterAll(() => servers.stop());

  /** Answers a request in place of the server, on a connection that ends then. */
  const answer = (status: string, type: string, body: unknown): Passed => {
    const text = `${JSON.stringify(body)}\n`;
    const head = `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${text.length}\r\n\r\n`;
    return { bytes: Buffer.from(head + text), isCut: true };
  };

  const NDJSON = 'application/x-ndjson';
  const REFUSALS = [
    new LogBusy(),
    new StorageFull(),
    new WriterLeaseLost(),
    new LogClosed(),
    new StoreUnavailable('nothing'),
  ];

  describe('whose append was recorded, though its answer was lost', () => {
    /** The first answer is lost; to the request that asks again another one is given. */
    const losingThen = (then: () => Passed): void => {
      let answers = 0;
      proxy.answering = (request, bytes) => {
        if (request !== 'POST /commits') return { bytes };
        answers += 1;
        return answers === 1 ? { bytes: Buffer.alloc(0), isCut: true } : then();
      };
    };

    it.each(REFUSALS.map((problem) => [problem.problem, problem] as const))(
      'does not say that nothing was recorded when it is then refused: %s',
      async (_name, problem) => {
        losingThen(() => answer('200 OK', NDJSON, { problem: documentOf(problem) }));
        const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StoreUnavailable);
        expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
        expect((error as StoreUnavailable).detail).not.toMatch(/nothing was recorded/i);
        proxy.answering = undefined;
        expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
      },
      30_000,
    );

    it('does not say so either when another log is found there then', async () => {
      const other = await servers.open();
      losingThen(() => {
        proxy.answering = undefined;
        proxy.allow(other);
        return { bytes: Buffer.alloc(0), isCut: true };
      });
      const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'another-log' });
      expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
      proxy.refuse();
      proxy.allow(url);
      expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
    }, 30_000);

    it('has the answer of its commit, whatever its condition says by then', async () => {
      losingThen(() => {
        proxy.answering = undefined;
        return { bytes: Buffer.alloc(0), isCut: true };
      });
      const condition = { query: EVERYTHING, after: START };
      expect(await store.append({ ...one('a'), condition })).toMatchObject({ first: 1, last: 1 });
      expect(await store.head()).toBe(1);
    }, 30_000);
  });

  it('says that a condition failed when the server has not recorded what it asks for again', async () => {
    await store.append(one('a'));
    let answers = 0;
    proxy.answering = (request, bytes) => {
      answers += request === 'POST /commits' ? 1 : 0;
      return answers === 1 ? { bytes: Buffer.alloc(0), isCut: true } : { bytes };
    };
    const condition = { query: EVERYTHING, after: START };
    await expect(store.append({ ...one('b'), condition })).rejects.toThrow(AppendConditionFailed);
    expect(await store.head()).toBe(1);
  }, 30_000);

  it('asks again when a proxy has lost the server in the middle of an append', async () => {
    let answers = 0;
    proxy.answering = (request, bytes) => {
      if (request !== 'POST /commits' || answers === 2) return { bytes };
      answers += 1;
      return answer('502 Bad Gateway', 'text/html', 'no server');
    };
    expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
    expect(await store.head()).toBe(1);
  }, 30_000);

  it('does not know what became of an append that a proxy answers for', async () => {
    proxy.answering = (request, bytes) =>
      request === 'POST /commits' ? answer('504 Gateway Timeout', 'text/html', 'too late') : { bytes };
    const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
  }, 30_000);

  it('passes on a problem of a later version of the server, which it does not know', async () => {
    const document = { type: 'urn:leftfold:problem:not-known-yet', title: 'New', detail: 'Another way.' };
    proxy.answering = (request, bytes) =>
      request === 'POST /commits' ? answer('200 OK', NDJSON, { problem: document }) : { bytes };
    await expect(store.append(one('a'))).rejects.toMatchObject({
      problem: 'not-known-yet',
      title: 'New',
      detail: 'Another way.',
    });
  }, 30_000);

  it('is not opened over a server whose answer it does not understand', async () => {
    proxy.answering = (request, bytes) =>
      request.startsWith('GET /head')
        ? answer('200 OK', 'application/json', { log: 'a', position: '7' })
        : { bytes };
    const error: unknown = await RemoteStore.open({ url: proxy.url }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(reasonOf(error)).toBe('the answer to GET /head is not that of a log server');
  }, 30_000);

  it('does not know what became of an append that is answered in a way it does not understand', async () => {
    proxy.answering = (request, bytes) =>
      request === 'POST /commits' ? answer('200 OK', NDJSON, { recorded: ['a'] }) : { bytes };
    const error: unknown = await store.append(one('a')).catch((thrown: unknown) => thrown);
    expect((error as StoreUnavailable).detail).toContain('Whether this was recorded is not known');
    proxy.answering = undefined;
    expect(await store.append(one('a'))).toMatchObject({ first: 1, repeated: true });
  }, 30_000);

  it('refuses a condition that takes too long to check as the server does', async () => {
    proxy.answering = (request, bytes) =>
      request === 'POST /commits'
        ? answer('200 OK', NDJSON, { problem: documentOf(new ConditionTooCostly()) })
        : { bytes };
    await expect(store.append(one('a'))).rejects.toThrow(ConditionTooCostly);
  }, 30_000);
});
