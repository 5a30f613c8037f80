/** Which snapshot a fold begins from, and which are not usable. */
import { jest } from '@jest/globals';
import { given, snapshotAt, foldedAt } from '../../../../test/support/given-snapshots.js';
import { position } from '../../event-log/event.js';
import type { Snapshot, UnreadableSnapshot } from './snapshot-store.js';

describe('the snapshot of a past position', () => {
  it('is the nearest usable one before it; the others are not reported', async () => {
    const { snapshots, told } = given(10, snapshotAt(30), snapshotAt(20, 'another log'), snapshotAt(10));
    await expect(snapshots.before(position(29))).resolves.toEqual(snapshotAt(10));
    await expect(snapshots.before(position(30))).resolves.toEqual(snapshotAt(30));
    await expect(snapshots.before(position(9))).resolves.toBeUndefined();
    expect(told).toEqual({ taken: [], unreadable: [], failed: [] });
  });

  it('does not change when the next one is saved', async () => {
    const { snapshots, store } = given(10, snapshotAt(10));
    await snapshots.before(position(20));
    await snapshots.saveLast(foldedAt(5));
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

  it.each<[string, Snapshot | UnreadableSnapshot]>([
    ['cannot be read', { name: 'newest', reason: 'it is cut off' }],
    ['is of another log', snapshotAt(20, 'another log')],
    ['is of another machine', snapshotAt(20, 'this log', 'another machine')],
    ['stands after the head of the log', snapshotAt(1001)],
  ])('is the one before when the newest %s, and that is reported', async (_, newest) => {
    const { snapshots, told } = given(10, newest, snapshotAt(10));
    await expect(snapshots.newest()).resolves.toEqual(snapshotAt(10));
    expect(told.unreadable).toHaveLength(1);
  });

  it('may be at the head of the log', async () => {
    const { snapshots } = given(10, snapshotAt(1000));
    await expect(snapshots.newest()).resolves.toEqual(snapshotAt(1000));
  });

  it('is none when the store cannot list its snapshots, which is reported', async () => {
    const { store, snapshots, told } = given(10);
    jest.spyOn(store, 'newestFirst').mockImplementation(() => {
      throw new Error('permission denied');
    });
    await expect(snapshots.newest()).resolves.toBeUndefined();
    expect(told.failed.length + told.unreadable.length).toBe(1);
  });

  it('is none when none is usable', async () => {
    const { snapshots, told } = given(10, snapshotAt(20, 'another log'), { name: 'b', reason: 'damaged' });
    await expect(snapshots.newest()).resolves.toBeUndefined();
    expect(told.unreadable).toHaveLength(2);
  });
});
