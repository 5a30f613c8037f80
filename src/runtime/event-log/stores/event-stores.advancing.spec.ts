/** Waiting for a store's head to advance: the only thing that following needs. */
import { TemporaryFolder } from '../../../../test/support/server.js';
import { START, commitId, position, type NewCommit } from '../event.js';
import type { EventStore } from '../event-store.js';
import { LmdbStore } from './lmdb/lmdb.store.js';
import { MemoryStore } from './memory.store.js';

const commit = (id: string, size = 1): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: Array.from({ length: size }, () => ({ type: 'log.opened', revision: 1, tags: [], data: null })),
});

const never = new AbortController().signal;

const STORES: readonly (readonly [name: string, open: (folder: string) => EventStore])[] = [
  ['MemoryStore', () => new MemoryStore()],
  ['LmdbStore', (folder) => LmdbStore.open(folder)],
];

describe.each(STORES)('advanced of %s', (_name, open) => {
  let folder: TemporaryFolder;
  let store: EventStore;

  beforeEach(() => {
    folder = new TemporaryFolder();
    store = open(folder.path);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it('resolves at once when the head stands after the position', async () => {
    await store.append(commit('a', 2));
    await expect(store.advanced(position(1), never)).resolves.toBeUndefined();
  });

  it('waits for an event to be recorded', async () => {
    const order: string[] = [];
    const advanced = store.advanced(START, never).then(() => order.push('advanced'));
    order.push('asked');
    await store.append(commit('a'));
    await advanced;
    expect(order).toEqual(['asked', 'advanced']);
  });

  it('goes on waiting while the head does not stand after the position', async () => {
    const seen = store.advanced(position(2), never).then(() => store.head());
    await store.append(commit('a'));
    await store.append(commit('b'));
    await store.append(commit('c'));
    expect(await seen).toBe(3);
  });

  it('shows what it waited for', async () => {
    const advanced = store.advanced(START, never);
    void store.append(commit('a', 3));
    await advanced;
    expect(await store.head()).toBe(3);
  });

  it('rejects with the signal’s reason once it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const advanced = store.advanced(START, controller.signal);
    controller.abort(reason);
    await expect(advanced).rejects.toBe(reason);
  });

  it('aborts one waiter and no other', async () => {
    const controller = new AbortController();
    const aborted = store.advanced(START, controller.signal);
    const others = [store.advanced(START, never), store.advanced(START, never)];
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await store.append(commit('a'));
    await expect(Promise.all(others)).resolves.toEqual([undefined, undefined]);
  });

  it('wakes a thousand waiters, each at its own position', async () => {
    const woken = Promise.all(
      Array.from({ length: 1000 }, (_, index) => store.advanced(position(index), never).then(() => index)),
    );
    for (let size = 0; size < 1000; size += 100) await store.append(commit(`c${size}`, 100));
    expect(await woken).toHaveLength(1000);
  });
});
