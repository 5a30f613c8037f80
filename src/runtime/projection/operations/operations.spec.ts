/** Audits and rebuilds in the server's own thread, over a log in memory. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { add, amountsLog, totalOf } from '../../../../test/support/amounts.js';
import { until } from '../../../../test/support/api.js';
import { RememberedSnapshots } from '../../../../test/support/remembered-snapshots.js';
import { LogClosed } from '../../event-log/errors.js';
import type { EventLog } from '../../event-log/event-log.js';
import { position, type RecordedEvent } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { ProjectionHost } from '../projection-host.js';
import type { Projection } from '../projection.js';
import { isUnreadable, type Snapshot } from '../snapshots/snapshot-store.js';
import { Operations } from './operations.js';

interface Given {
  readonly log: EventLog;
  readonly total: Projection;
  readonly operations: Operations;
  readonly snapshots: RememberedSnapshots;
  readonly rebuildSnapshots: Folder;
  /** The names of all signals, in order. */
  readonly signals: string[];
  readonly reached: (wanted: number) => Promise<void>;
}

/** Like a folder: a snapshot replaces another at its position, and a build is kept beside them. */
class Folder extends RememberedSnapshots {
  #build: string | undefined;

  override auditedBuild(): Promise<string | undefined> {
    return Promise.resolve(this.#build);
  }

  override noteAudited(build: string): Promise<void> {
    this.#build = build;
    return Promise.resolve();
  }

  override async save(snapshot: Snapshot): Promise<number> {
    await this.clear((found) => isUnreadable(found) || found.position !== snapshot.position);
    return super.save(snapshot);
  }
}

/** Like a store on disk: a read fails when the store is closed meanwhile. */
class Closing extends MemoryStore {
  #isClosed = false;

  override async *read(...asked: Parameters<MemoryStore['read']>): AsyncIterable<readonly RecordedEvent[]> {
    await nextTurn();
    if (this.#isClosed) throw new LogClosed();
    yield* super.read(...asked);
  }

  override async close(): Promise<void> {
    this.#isClosed = true;
    await super.close();
  }
}

/** A projection that has folded 1, 2, …, 6, with snapshots at 2, 4 and 6. */
async function given({
  snapshots = new Folder(),
  rebuildSnapshots = new Folder(),
  isBad = (): boolean => false,
  store = new MemoryStore(),
  build = 'this build',
} = {}): Promise<Given> {
  const log = amountsLog(store);
  const emitter = new EventEmitter2({ wildcard: true });
  const signals: string[] = [];
  emitter.onAny((name) => signals.push(String(name)));
  const host = new ProjectionHost(log, emitter, {
    snapshotsOf: () => snapshots,
    rebuildSnapshotsOf: () => rebuildSnapshots,
    pace: { every: 1_000_000 },
    build,
  });
  const total = host.add(totalOf('total', isBad)) as Projection;
  const operations = new Operations(host, log, emitter);
  host.onApplicationBootstrap();
  const reached = (wanted: number): Promise<void> =>
    total.reached(position(wanted), AbortSignal.timeout(10_000));
  for (const amount of [1, 2, 3, 4, 5, 6]) {
    await add(log, amount);
    await reached(amount);
    if (amount % 2 === 0) await total.replaceBy(total.folded, () => true);
  }
  operations.onApplicationBootstrap();
  signals.length = 0;
  return { log, total, operations, snapshots, rebuildSnapshots, signals, reached };
}

const positionsIn = (store: RememberedSnapshots): readonly unknown[] =>
  store.kept.map((each) => ('position' in each ? each.position : each));

/** Changes the state in a way that reading the snapshot does not detect. */
function tamper(store: RememberedSnapshots, at: number): void {
  store.kept.forEach((found, index) => {
    if (isUnreadable(found) || found.position !== at) return;
    store.kept[index] = { ...found, state: { value: 'totalling', context: { total: 1000, count: at } } };
  });
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('an audit', () => {
  it('confirms that every snapshot and the live state are what the log folds to', async () => {
    const { total, operations } = await given();
    const audit = operations.audit(total);
    await audit.ended;
    expect(audit.status).toMatchObject({ status: 'done', position: 6, checked: 4 });
    expect(audit.status).not.toHaveProperty('drift');
    expect(total.drift).toBeUndefined();
  });

  it.each([
    [2, 0],
    [4, 2],
    [6, 4],
  ])('finds a snapshot that was changed at %d, between it and the one before it', async (at, after) => {
    const { total, operations, snapshots, signals } = await given();
    tamper(snapshots, at);
    const audit = operations.audit(total);
    await audit.ended;
    const drift = { after, upTo: at, of: 'snapshot' };
    expect(audit.status).toMatchObject({ status: 'done', drift });
    expect(total.drift).toEqual(drift);
    expect(signals).toEqual(['projection.drifted', 'projection.audited']);
  });

  it('finds a live state that is not what the log folds to', async () => {
    const { log, total, operations, reached } = await given();
    await total.replaceBy(
      { ...total.folded, state: { value: 'totalling', context: { total: 7, count: 6 } } },
      () => true,
    );
    await add(log, 1);
    await reached(7);
    const audit = operations.audit(total);
    await audit.ended;
    expect(audit.status).toMatchObject({ drift: { after: 4, upTo: 6, of: 'snapshot' } });
  });

  it('changes nothing, and signals only that it was done', async () => {
    const { total, operations, snapshots, rebuildSnapshots, signals } = await given();
    const before = [total.folded, [...snapshots.kept]];
    await operations.audit(total).ended;
    expect([total.folded, snapshots.kept]).toEqual(before);
    expect(rebuildSnapshots.kept).toEqual([]);
    expect(signals).toEqual(['projection.audited']);
  });

  it('ignores snapshots of other machines and other logs', async () => {
    const { total, operations, snapshots } = await given();
    const [newest] = snapshots.kept as readonly Snapshot[];
    if (newest === undefined) throw new Error('there is no snapshot');
    const other = { ...newest, state: { value: 'empty', context: {} } };
    snapshots.kept.unshift({ ...other, machine: 'another' }, { ...other, log: 'another' });
    const audit = operations.audit(total);
    await audit.ended;
    expect(audit.status).toMatchObject({ checked: 4 });
  });

  it('runs once when it is requested again meanwhile, and again when it is requested later', async () => {
    const { total, operations } = await given();
    const first = operations.audit(total);
    expect(operations.audit(total)).toBe(first);
    await first.ended;
    expect(operations.audit(total)).not.toBe(first);
  });
});

describe('a rebuild', () => {
  it('of a correct state changes nothing, and reports that', async () => {
    const { total, operations, signals, rebuildSnapshots } = await given();
    const before = total.folded;
    const rebuild = operations.rebuild(total);
    await rebuild.ended;
    expect(rebuild.status).toMatchObject({ status: 'done', position: 6, resumedFrom: 0, equal: true });
    expect(rebuild.status).not.toHaveProperty('difference');
    expect(total.folded).toEqual(before);
    expect(rebuildSnapshots.kept).toEqual([]);
    expect(signals).toEqual(['snapshot.taken', 'projection.rebuilt']);
  });

  it('replaces a wrong state, and reports the difference', async () => {
    const { total, operations, snapshots } = await given();
    tamper(snapshots, 4);
    const wrong = { value: 'totalling', context: { total: 7, count: 6 } };
    await total.replaceBy({ ...total.folded, state: wrong }, () => true);
    await operations.audit(total).ended;
    expect(total.drift).toBeDefined();
    const { version } = total;

    const rebuild = operations.rebuild(total);
    await rebuild.ended;

    expect(rebuild.status).toMatchObject({
      equal: false,
      difference: { before: { total: 7 }, after: { total: 21 } },
    });
    expect(total.state.context).toEqual({ total: 21, count: 6 });
    expect(total.version).not.toBe(version);
    expect(total.drift).toBeUndefined();
    expect(positionsIn(snapshots)).not.toContain(4);
    await operations.audit(total).ended;
    expect(total.drift).toBeUndefined();
  });

  it('ends at the live projection’s position, however fast the log grows', async () => {
    const { log, total, operations } = await given();
    const written = new AbortController();
    const writing = (async (): Promise<void> => {
      while (!written.signal.aborted) {
        await add(log, ...Array.from({ length: 100 }, () => 1));
        await nextTurn();
      }
    })();
    const seen: number[] = [];
    const rebuild = operations.rebuild(total);
    await until(() => {
      seen.push(total.position);
      return rebuild.hasEnded;
    });
    written.abort();
    await writing;
    expect(rebuild.status).toMatchObject({ status: 'done', equal: true });
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });

  it('continues an interrupted rebuild', async () => {
    const { total, operations, rebuildSnapshots } = await given();
    const first = operations.rebuild(total);
    rebuildSnapshots.clear = () => Promise.resolve(); // as if the process had ended before
    await first.ended;
    const second = operations.rebuild(total);
    await second.ended;
    expect(second.status).toMatchObject({ status: 'done', resumedFrom: 6, equal: true });
  });

  it('begins one anew that another build of the program has begun', async () => {
    const { total, operations, rebuildSnapshots } = await given();
    const first = operations.rebuild(total);
    const clear = jest.spyOn(rebuildSnapshots, 'clear').mockResolvedValue(); // as if the process had ended before
    await first.ended;
    clear.mockRestore();
    await rebuildSnapshots.noteAudited('another build');
    const second = operations.rebuild(total);
    await second.ended;
    expect(second.status).toMatchObject({ status: 'done', resumedFrom: 0, equal: true });
    expect(await rebuildSnapshots.auditedBuild()).toBe('this build');
  });

  it('is begun anew by itself after a start when another build had begun it', async () => {
    const { total, operations, rebuildSnapshots } = await given();
    const first = operations.rebuild(total);
    const clear = jest.spyOn(rebuildSnapshots, 'clear').mockResolvedValue();
    await first.ended;
    clear.mockRestore();
    await rebuildSnapshots.noteAudited('another build');
    operations.onApplicationBootstrap();
    await until(() => operations.lastRebuild(total.name) !== first);
    await operations.lastRebuild(total.name)?.ended;
    expect(operations.lastRebuild(total.name)?.status).toMatchObject({ status: 'done', resumedFrom: 0 });
  });

  it('changes nothing when the log cannot be folded', async () => {
    let isBroken = false;
    const { total, operations } = await given({ isBad: () => isBroken });
    const before = total.folded;
    isBroken = true;
    const rebuild = operations.rebuild(total);
    await rebuild.ended;
    expect(rebuild.status).toEqual({
      status: 'failed',
      reason: 'the event at position 1 cannot be folded',
    });
    expect(total.folded).toEqual(before);
  });
});

describe('a process that ends before it has looked for an interrupted rebuild', () => {
  it('reports no error: the next process looks', async () => {
    const { log, operations } = await given({ store: new Closing() });
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    operations.onApplicationBootstrap();
    await log.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(error.mock.calls).toEqual([]);
    error.mockRestore();
  });
});
