/** A projection’s own snapshots and rehearsed ones, read as one store. */
import { RememberedSnapshots } from '../../../../test/support/remembered-snapshots.js';
import { position } from '../../event-log/event.js';
import { MergedSnapshotStore } from './merged-snapshot-store.js';
import type { Snapshot } from './snapshot-store.js';

const snapshot = (at: number, machine: string): Snapshot => ({
  position: position(at),
  log: 'a log',
  hash: 'a hash',
  machine,
  digest: { high: 0, low: 0 },
  state: { value: 's', context: {} },
});

async function read(store: MergedSnapshotStore): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const each of store.newestFirst())
    found.push('reason' in each ? each.name : `${each.position} ${each.machine}`);
  return found;
}

describe('own and rehearsed snapshots', () => {
  it('are read together, newest first', async () => {
    const own = new RememberedSnapshots(snapshot(9, 'old'), snapshot(5, 'old'), snapshot(2, 'old'));
    const rehearsed = new RememberedSnapshots(snapshot(10, 'new'), snapshot(4, 'new'));
    expect(await read(new MergedSnapshotStore(own, rehearsed))).toEqual([
      '10 new',
      '9 old',
      '5 old',
      '4 new',
      '2 old',
    ]);
  });

  it('are read when one of the stores is empty', async () => {
    const some = new RememberedSnapshots(snapshot(9, 'some'), { name: 'a file', reason: 'it is cut off' });
    const none = new RememberedSnapshots();
    expect(await read(new MergedSnapshotStore(some, none))).toEqual(['9 some', 'a file']);
    expect(await read(new MergedSnapshotStore(none, some))).toEqual(['9 some', 'a file']);
  });

  it('are saved to the projection’s own', async () => {
    const [own, rehearsed] = [new RememberedSnapshots(), new RememberedSnapshots()];
    await new MergedSnapshotStore(own, rehearsed).save(snapshot(1, 'new'));
    expect([own.kept.length, rehearsed.kept.length]).toEqual([1, 0]);
  });

  it('are cleared together', async () => {
    const own = new RememberedSnapshots(snapshot(9, 'old'));
    const rehearsed = new RememberedSnapshots(snapshot(10, 'new'));
    await new MergedSnapshotStore(own, rehearsed).clear(
      (found) => 'machine' in found && found.machine === 'old',
    );
    expect([own.kept.length, rehearsed.kept.length]).toEqual([1, 0]);
  });
});
