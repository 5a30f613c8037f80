/** The snapshots of one projection over a store in memory, and what their observer was told. */
import { position } from '../../src/runtime/event-log/event.js';
import type { FoldState } from '../../src/runtime/fold/fold-state.js';
import type { Folded } from '../../src/runtime/projection/folding.js';
import { NOTHING_FOLDED } from '../../src/runtime/projection/snapshots/rolling-digest.js';
import type { Snapshot, UnreadableSnapshot } from '../../src/runtime/projection/snapshots/snapshot-store.js';
import { Snapshots, type SnapshotPace } from '../../src/runtime/projection/snapshots/snapshots.js';
import { RememberedSnapshots } from './remembered-snapshots.js';

const stateAt = (at: number): FoldState => ({ value: 's', context: { total: at } });

export const snapshotAt = (at: number, log = 'this log', machine = 'this machine'): Snapshot => ({
  position: position(at),
  log,
  hash: 'the hash there',
  machine,
  state: stateAt(at),
  digest: NOTHING_FOLDED,
});

export const foldedAt = (at: number): Folded => ({
  position: position(at),
  state: stateAt(at),
  digest: NOTHING_FOLDED,
});

/** Snapshots every so many events of a log of 1,000. */
export function given(
  pace: number | SnapshotPace,
  ...kept: readonly (Snapshot | UnreadableSnapshot)[]
): Given {
  const store = new RememberedSnapshots(...kept);
  const told: Given['told'] = { taken: [], unreadable: [], failed: [] };
  const snapshots = new Snapshots(
    store,
    typeof pace === 'number' ? { every: pace } : pace,
    {
      identity: 'this log',
      head: () => Promise.resolve(position(1000)),
      hashAt: () => Promise.resolve('the hash there'),
    },
    () => 'this machine',
    {
      saved: (at, bytes) => told.taken.push({ at, bytes }),
      unreadable: (name, reason) => told.unreadable.push({ name, reason }),
      failed: (error) => told.failed.push(error),
    },
  );
  return {
    store,
    told,
    snapshots,
    offer: (at) => {
      void snapshots.schedule(foldedAt(at));
    },
    turnOf: (at) => snapshots.schedule(foldedAt(at)),
    positions: () => store.kept.map((each) => ('position' in each ? each.position : each.name)),
  };
}

export interface Given {
  readonly store: RememberedSnapshots;
  readonly snapshots: Snapshots;
  readonly told: {
    readonly taken: { readonly at: number; readonly bytes: number }[];
    readonly unreadable: { readonly name: string; readonly reason: string }[];
    readonly failed: unknown[];
  };
  readonly offer: (at: number) => void;
  /** Offers it, and gives what a replay waits for. */
  readonly turnOf: (at: number) => Promise<void> | undefined;
  /** What is kept, newest first. */
  readonly positions: () => readonly (number | string)[];
}
