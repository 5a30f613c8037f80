import { jest } from '@jest/globals';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { later } from '../../../test/support/running-projection.js';
import { position } from '../event-log/event.js';
import type { FoldState } from './fold-state.js';
import type { Folded } from './folding.js';
import { Snapshots, type SnapshotPace } from './snapshots.js';
import { NOTHING_FOLDED } from './rolling-digest.js';
import type { Snapshot, Unreadable } from './snapshot-store.js';

const stateAt = (at: number): FoldState => ({ value: 's', context: { total: at } });

const snapshotAt = (at: number, log = 'this log', machine = 'this machine'): Snapshot => ({
  position: position(at),
  log,
  machine,
  state: stateAt(at),
  digest: NOTHING_FOLDED,
});

const foldedAt = (at: number): Folded => ({
  position: position(at),
  state: stateAt(at),
  digest: NOTHING_FOLDED,
});

/** Snapshots every so many events of a log of 1,000. */
function given(pace: number | SnapshotPace, ...kept: readonly (Snapshot | Unreadable)[]): Given {
  const store = new RememberedSnapshots(...kept);
  const told: Given['told'] = { taken: [], unreadable: [], failed: [] };
  const snapshots = new Snapshots(
    store,
    typeof pace === 'number' ? { every: pace } : pace,
    { identity: 'this log', head: () => Promise.resolve(position(1000)) },
    () => 'this machine',
    {
      taken: (at, bytes) => told.taken.push({ at, bytes }),
      unreadable: (name, reason) => told.unreadable.push({ name, reason }),
      failed: (error) => told.failed.push(error),
    },
  );
  return {
    store,
    told,
    snapshots,
    offer: (at) => {
      snapshots.offer(foldedAt(at));
    },
    positions: () => store.kept.map((each) => ('position' in each ? each.position : each.name)),
  };
}

interface Given {
  readonly store: RememberedSnapshots;
  readonly snapshots: Snapshots;
  readonly told: {
    readonly taken: { readonly at: number; readonly bytes: number }[];
    readonly unreadable: { readonly name: string; readonly reason: string }[];
    readonly failed: unknown[];
  };
  readonly offer: (at: number) => void;
  /** What is kept, newest first. */
  readonly positions: () => readonly (number | string)[];
}

describe('when snapshots are taken', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

  it('is so many events after the last one', async () => {
    const { offer, positions } = given(10);
    offer(9);
    await pass(5000);
    expect(positions()).toEqual([]);
    offer(10);
    await pass(0);
    expect(positions()).toEqual([10]);
  });

  it('counts from the snapshot that the projection began with', async () => {
    const { snapshots, offer, positions } = given(10, snapshotAt(95));
    await snapshots.newest();
    offer(104);
    await pass(5000);
    expect(positions()).toEqual([95]);
    offer(105);
    await pass(0);
    expect(positions()).toEqual([105, 95]);
  });

  it('is at most once a second', async () => {
    const { offer, positions } = given(10);
    offer(10);
    await pass(0);
    offer(20);
    await pass(999);
    expect(positions()).toEqual([10]);
    await pass(1);
    expect(positions()).toEqual([20, 10]);
  });

  it('takes the newest state that was offered by then, with its own position', async () => {
    const { store, offer } = given(10);
    offer(10);
    await pass(0);
    offer(20);
    await pass(500);
    offer(27);
    await pass(500);
    expect(store.kept[0]).toEqual(snapshotAt(27));
  });

  it('is at once when the last one was long ago', async () => {
    const { offer, positions } = given(10);
    offer(10);
    await pass(60_000);
    offer(20);
    await pass(0);
    expect(positions()).toEqual([20, 10]);
  });

  it('tells how large it was', async () => {
    const { offer, told } = given(10);
    offer(10);
    await pass(0);
    expect(told.taken).toEqual([{ at: 10, bytes: 100 }]);
  });

  it('is not while one is being written', async () => {
    const { store, offer, positions } = given(10);
    const written = later<undefined>();
    store.busy = written.promise;
    offer(10);
    await pass(0);
    offer(20);
    await pass(60_000);
    expect(store.asked).toBe(1);
    written.resolve(undefined);
    await pass(0);
    offer(21);
    await pass(0);
    expect(positions()[0]).toBeGreaterThanOrEqual(20);
    expect(positions()[1]).toBe(10);
  });

  it('is so many seconds after something new, however little it is', async () => {
    const { offer, positions } = given(10);
    offer(1);
    await pass(5000);
    offer(2);
    await pass(4999);
    expect(positions()).toEqual([]);
    await pass(1);
    expect(positions()).toEqual([2]);
    await pass(60_000);
    expect(positions()).toEqual([2]);
    offer(3);
    await pass(10_000);
    expect(positions()).toEqual([3, 2]);
  });

  it('is also of what was new while one was being written', async () => {
    const { store, offer, positions } = given(10);
    const written = later<undefined>();
    store.busy = written.promise;
    offer(10);
    await pass(0);
    offer(11);
    written.resolve(undefined);
    await pass(10_000);
    expect(positions()).toEqual([11, 10]);
  });

  it('is of every stretch as long as the spacing, however fast they go by', async () => {
    const { store, offer, positions } = given({ every: 10, spacing: 100 });
    const written = later<undefined>();
    store.busy = written.promise;
    for (let at = 30; at <= 1000; at += 30) offer(at);
    written.resolve(undefined);
    await pass(0);
    expect(positions()).toEqual([960, 840, 720, 600, 480, 360, 240, 120]);
    expect(store.kept.at(-1)).toEqual(snapshotAt(120));
  });

  it('a store that fails is not asked for every stretch that goes by', async () => {
    const { store, offer, told, positions } = given({ every: 10, spacing: 100 });
    store.failure = new Error('the disk is full');
    for (let at = 100; at <= 500; at += 100) offer(at);
    await pass(0);
    offer(600);
    await pass(0);
    expect(told.failed).toHaveLength(1);
    store.failure = undefined;
    await pass(1000);
    expect(positions()).toEqual([600]);
  });

  it('a store that fails is reported, and asked again a second later', async () => {
    const { store, offer, told, positions } = given(10);
    store.failure = new Error('the disk is full');
    offer(10);
    await pass(0);
    expect(told.failed).toEqual([new Error('the disk is full')]);
    store.failure = undefined;
    offer(11);
    await pass(999);
    expect(positions()).toEqual([]);
    await pass(1);
    expect(positions()).toEqual([11]);
  });
});

describe('the last snapshot', () => {
  it('is taken however few events there were since', async () => {
    const { snapshots, positions } = given(10, snapshotAt(5));
    await snapshots.newest();
    await snapshots.takeLast(foldedAt(6));
    expect(positions()).toEqual([6, 5]);
  });

  it('is not taken of a position that has one', async () => {
    const { store, snapshots } = given(10, snapshotAt(5));
    await snapshots.newest();
    await snapshots.takeLast(foldedAt(5));
    expect(store.asked).toBe(0);
  });

  it('is not taken of nothing', async () => {
    const { store, snapshots } = given(10);
    await snapshots.takeLast(foldedAt(0));
    expect(store.asked).toBe(0);
  });

  it('takes the place of one that was due', async () => {
    jest.useFakeTimers();
    const { snapshots, offer, positions } = given(10);
    offer(10);
    await snapshots.takeLast(foldedAt(12));
    await jest.advanceTimersByTimeAsync(5000);
    jest.useRealTimers();
    expect(positions()).toEqual([12]);
  });

  it('waits for the one that is being written, and is taken after it', async () => {
    jest.useFakeTimers();
    const { store, snapshots, offer, positions } = given(10);
    const written = later<undefined>();
    store.busy = written.promise;
    offer(10);
    await jest.advanceTimersByTimeAsync(0);
    jest.useRealTimers();
    const last = snapshots.takeLast(foldedAt(12));
    expect(store.asked).toBe(1);
    written.resolve(undefined);
    await last;
    expect(positions()).toEqual([12, 10]);
  });

  it('is reported, and is no error, when the store fails', async () => {
    const { store, snapshots, told } = given(10);
    store.failure = new Error('the disk is full');
    await expect(snapshots.takeLast(foldedAt(3))).resolves.toBeUndefined();
    expect(told.failed).toEqual([new Error('the disk is full')]);
  });
});

describe('the snapshot of a past position', () => {
  it('is the nearest before it that is good, and nobody is told of the others', async () => {
    const { snapshots, told } = given(10, snapshotAt(30), snapshotAt(20, 'another log'), snapshotAt(10));
    await expect(snapshots.before(position(29))).resolves.toEqual(snapshotAt(10));
    await expect(snapshots.before(position(30))).resolves.toEqual(snapshotAt(30));
    await expect(snapshots.before(position(9))).resolves.toBeUndefined();
    expect(told).toEqual({ taken: [], unreadable: [], failed: [] });
  });

  it('changes nothing about when the next one is taken', async () => {
    const { snapshots, store } = given(10, snapshotAt(10));
    await snapshots.before(position(20));
    await snapshots.takeLast(foldedAt(5));
    expect(store.asked).toBe(1);
  });
});

describe('the snapshot to begin from', () => {
  it('is the newest', async () => {
    const { snapshots } = given(10, snapshotAt(20), snapshotAt(10));
    await expect(snapshots.newest()).resolves.toEqual(snapshotAt(20));
  });

  it('is none where there is none', async () => {
    await expect(given(10).snapshots.newest()).resolves.toBeUndefined();
  });

  it.each<[string, Snapshot | Unreadable]>([
    ['cannot be read', { name: 'newest', reason: 'it is cut off' }],
    ['is of another log', snapshotAt(20, 'another log')],
    ['is of another machine', snapshotAt(20, 'this log', 'another machine')],
    ['stands after the head of the log', snapshotAt(1001)],
  ])('is the one before when the newest %s, and that is reported', async (_, newest) => {
    const { snapshots, told } = given(10, newest, snapshotAt(10));
    await expect(snapshots.newest()).resolves.toEqual(snapshotAt(10));
    expect(told.unreadable).toHaveLength(1);
  });

  it('may stand at the head of the log', async () => {
    const { snapshots } = given(10, snapshotAt(1000));
    await expect(snapshots.newest()).resolves.toEqual(snapshotAt(1000));
  });

  it('is none when the store cannot even say what it has, and that is reported', async () => {
    const { store, snapshots, told } = given(10);
    jest.spyOn(store, 'newestFirst').mockImplementation(() => {
      throw new Error('permission denied');
    });
    await expect(snapshots.newest()).resolves.toBeUndefined();
    expect(told.failed.length + told.unreadable.length).toBe(1);
  });

  it('is none when none is good', async () => {
    const { snapshots, told } = given(10, snapshotAt(20, 'another log'), { name: 'b', reason: 'damaged' });
    await expect(snapshots.newest()).resolves.toBeUndefined();
    expect(told.unreadable).toHaveLength(2);
  });
});
