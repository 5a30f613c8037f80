/** When snapshots are saved while a projection follows the log, and when it ends. */
import { jest } from '@jest/globals';
import { foldedAt, given, snapshotAt } from '../../../../test/support/given-snapshots.js';
import { later } from '../../../../test/support/running-projection.js';

describe('the time of a snapshot', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

  it('is `every` events after the last one', async () => {
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

  it('finds the newest state, saved with its own position', async () => {
    const { store, offer } = given(10);
    offer(10);
    await pass(0);
    offer(20);
    await pass(500);
    offer(27);
    await pass(500);
    expect(store.kept[0]).toEqual(snapshotAt(27));
  });

  it('is now if the last one was long ago', async () => {
    const { offer, positions } = given(10);
    offer(10);
    await pass(60_000);
    offer(20);
    await pass(0);
    expect(positions()).toEqual([20, 10]);
  });

  it('is reported with the size', async () => {
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

  it('is `seconds` after something new, however little it is', async () => {
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

  it('comes again for what was new while one was being written', async () => {
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

  it('is a second later when the store failed, which is reported', async () => {
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
  it('is saved however few events there were since', async () => {
    const { snapshots, positions } = given(10, snapshotAt(5));
    await snapshots.newest();
    await snapshots.saveLast(foldedAt(6));
    expect(positions()).toEqual([6, 5]);
  });

  it('is not saved at a position that has one', async () => {
    const { store, snapshots } = given(10, snapshotAt(5));
    await snapshots.newest();
    await snapshots.saveLast(foldedAt(5));
    expect(store.asked).toBe(0);
  });

  it('is not saved at the beginning of the log', async () => {
    const { store, snapshots } = given(10);
    await snapshots.saveLast(foldedAt(0));
    expect(store.asked).toBe(0);
  });

  it('replaces one that was due', async () => {
    jest.useFakeTimers();
    const { snapshots, offer, positions } = given(10);
    offer(10);
    await snapshots.saveLast(foldedAt(12));
    await jest.advanceTimersByTimeAsync(5000);
    jest.useRealTimers();
    expect(positions()).toEqual([12]);
  });

  it('waits for the one that is being written', async () => {
    jest.useFakeTimers();
    const { store, snapshots, offer, positions } = given(10);
    const written = later<undefined>();
    store.busy = written.promise;
    offer(10);
    await jest.advanceTimersByTimeAsync(0);
    jest.useRealTimers();
    const last = snapshots.saveLast(foldedAt(12));
    expect(store.asked).toBe(1);
    written.resolve(undefined);
    await last;
    expect(positions()).toEqual([12, 10]);
  });

  it('is reported, but does not throw, when the store fails', async () => {
    const { store, snapshots, told } = given(10);
    store.failure = new Error('the disk is full');
    await expect(snapshots.saveLast(foldedAt(3))).resolves.toBeUndefined();
    expect(told.failed).toEqual([new Error('the disk is full')]);
  });
});
