import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { add, amountsLog, totalOf } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { TemporaryFolder } from '../../../test/support/server.js';
import { later } from '../../../test/support/running-projection.js';
import type { EventLog } from '../event-log/event-log.js';
import { position } from '../event-log/event.js';
import type { Signals } from '../event-log/signals.js';
import { ProjectionHost } from './projection-host.js';
import { recordSkip } from './skipping.js';
import { FileSnapshotStore } from './snapshots/file-snapshot-store.js';
import type { SnapshotStore } from './snapshots/snapshot-store.js';
import type { SnapshotPace } from './snapshots/snapshots.js';

interface Given {
  readonly host: ProjectionHost;
  readonly log: EventLog;
  readonly emitter: EventEmitter2;
  /** The first signal of this name. */
  readonly signalled: <Name extends keyof Signals>(name: Name) => Promise<Signals[Name]>;
}

function given(
  snapshotsOf: (projection: string) => SnapshotStore = () => new RememberedSnapshots(),
  pace: SnapshotPace = { every: 2 },
  { sharesLog = false } = {},
): Given {
  const log = amountsLog();
  const emitter = new EventEmitter2({ wildcard: true });
  const host = new ProjectionHost(log, emitter, { snapshotsOf, pace, sharesLog });
  return {
    host,
    log,
    emitter,
    signalled: (name) => {
      const signal = later<Signals[typeof name]>();
      emitter.once(name, signal.resolve);
      return signal.promise;
    },
  };
}

const patience = (): AbortSignal => AbortSignal.timeout(10_000);

beforeAll(() => {
  Logger.overrideLogger(false);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the host of the projections', () => {
  it('runs a projection from when the application starts', async () => {
    const { host, log } = given();
    const total = host.add(totalOf('total'));
    await add(log, 5);
    expect(total.status).toBe('recovering');
    expect(total.position).toBe(0);
    host.onApplicationBootstrap();
    await total.reached(position(1), patience());
    expect(total.state.context).toEqual({ total: 5, count: 1 });
  });

  it('resumes one that has stopped once somebody has its event skipped, and nothing else', async () => {
    const { host, log, emitter, signalled } = given();
    const total = host.add(totalOf('total', (amount) => amount === 13));
    host.onApplicationBootstrap();
    const stopped = [signalled('projection.faulted'), signalled('projection.resumed')] as const;
    await add(log, 1, 13, 2, 13, 4);
    await stopped[0];
    const skip = (projection: string, at: number): Promise<unknown> =>
      recordSkip(log, { projection, position: position(at), reason: 'a slip' });
    await skip('other', 2);
    await skip('total', 1);
    await expect(total.reached(position(2), AbortSignal.timeout(50))).rejects.toThrow();
    expect(total.fault).toMatchObject({ position: 2 });

    const again = new Promise((resolve) => emitter.once('projection.faulted', resolve));
    await skip('total', 2);
    expect(await again).toMatchObject({ position: 4 });
    await skip('total', 4);
    expect(await stopped[1]).toMatchObject({ position: 9 });
    expect(total.state.context).toEqual({ total: 6, count: 2 });
  });

  it('has a child of the root actor for each projection, under its name', () => {
    const { host } = given();
    host.add(totalOf('first'));
    host.add(totalOf('second'));
    host.onApplicationBootstrap();
    expect(Object.keys(host.root.getSnapshot().children)).toEqual(['first', 'second']);
  });

  it('signals nothing when a projection’s past is asked for, even where a snapshot cannot be used', async () => {
    const store = new RememberedSnapshots();
    const { host, log, emitter, signalled } = given(() => store);
    const total = host.add(totalOf('total'));
    await add(log, 1, 2, 3, 4);
    const taken = signalled('snapshot.taken');
    host.onApplicationBootstrap();
    await total.reached(position(4), patience());
    await taken;
    store.kept.push({ name: 'another', reason: 'it is cut off' });
    const signals: unknown[] = [];
    emitter.onAny((name) => signals.push(name));
    await total.past.at(position(2));
    await total.past.whatIf(new Set([position(2)]), position(4));
    const points: number[] = [];
    for await (const { folded } of total.past.series({ from: position(0), to: position(4), step: 2 }))
      points.push(folded.state.context.total);
    expect(points).toEqual([0, 3, 10]);
    expect(signals).toEqual([]);
  });

  it('refuses a second projection of a name', () => {
    const { host } = given();
    host.add(totalOf('total'));
    expect(() => host.add(totalOf('total'))).toThrow('there are two projections named total');
  });

  it('gives each projection snapshots of its own', () => {
    const asked: string[] = [];
    const { host } = given((projection) => {
      asked.push(projection);
      return new RememberedSnapshots();
    });
    host.add(totalOf('first'));
    host.add(totalOf('second'));
    expect(asked).toEqual(['first', 'second']);
  });

  it('knows the contracts that its projections consume', () => {
    const { host, log } = given();
    host.add(totalOf('total'));
    expect(log.contracts.types).toContain('amount.added');
  });

  it('ends the waiting when the application begins to end', async () => {
    const { host } = given();
    const projection = host.add(totalOf('total'));
    const waiting = projection.reached(position(7), new AbortController().signal);
    host.beforeApplicationShutdown();
    await expect(waiting).rejects.toThrow('aborted');
    await expect(projection.reached(position(7), new AbortController().signal)).rejects.toThrow('aborted');
    expect(host.isEnding).toBe(true);
  });

  it('stops its projections before the log closes, and keeps a last snapshot of each', async () => {
    const stores = new Map<string, RememberedSnapshots>();
    const { host, log } = given((projection) => {
      const store = new RememberedSnapshots();
      stores.set(projection, store);
      return store;
    });
    const projections = [host.add(totalOf('first')), host.add(totalOf('second'))];
    host.onApplicationBootstrap();
    await add(log, 5);
    await Promise.all(projections.map((projection) => projection.reached(position(1), patience())));
    await log.close();
    expect([...stores.values()].map((store) => store.kept)).toEqual([
      [expect.objectContaining({ position: 1 })],
      [expect.objectContaining({ position: 1 })],
    ]);
    expect(projections.map((projection) => projection.status)).toEqual(['stopped', 'stopped']);
    expect(host.root.getSnapshot().status).toBe('stopped');
  });
});

describe('the signals of the host', () => {
  it('tell that a projection has recovered, from where and how', async () => {
    const { host, log, signalled } = given();
    await add(log, 1, 2, 3);
    host.add(totalOf('total'));
    const signal = signalled('projection.recovered');
    host.onApplicationBootstrap();
    const { milliseconds, ...rest } = await signal;
    expect(rest).toEqual({ projection: 'total', position: 3, restoredFrom: 0, events: 3 });
    expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('tell that a snapshot was taken, and how large it is', async () => {
    const { host, log, signalled } = given();
    host.add(totalOf('total'));
    const signal = signalled('snapshot.taken');
    host.onApplicationBootstrap();
    await add(log, 1, 2, 3);
    await expect(signal).resolves.toEqual({ projection: 'total', position: 3, bytes: 100 });
  });

  it('tell that a snapshot could not be taken', async () => {
    const store = new RememberedSnapshots();
    store.failure = new Error('the disk is full');
    const { host, log, signalled } = given(() => store);
    host.add(totalOf('total'));
    const signal = signalled('snapshot.failed');
    host.onApplicationBootstrap();
    await add(log, 1, 2);
    await expect(signal).resolves.toEqual({ projection: 'total', error: store.failure });
  });

  it('tell that a snapshot cannot be read', async () => {
    const { host, signalled } = given(
      () => new RememberedSnapshots({ name: 'file', reason: 'it is cut off' }),
    );
    host.add(totalOf('total'));
    const signal = signalled('snapshot.unreadable');
    host.onApplicationBootstrap();
    await expect(signal).resolves.toEqual({ projection: 'total', file: 'file', reason: 'it is cut off' });
  });

  it('log one sentence about all snapshots that cannot be used: how many, where, what happens now', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const store = new RememberedSnapshots(
      ...Array.from({ length: 40 }, (_, at) => ({ name: `file ${40 - at}`, reason: 'it is cut off' })),
      { name: 'file 0', reason: 'it is empty' },
    );
    const { host, log, emitter } = given(() => Object.assign(store, { place: 'data/projections/total' }));
    const signals: unknown[] = [];
    emitter.on('snapshot.unreadable', (signal) => signals.push(signal));
    const total = host.add(totalOf('total'));
    await add(log, 5);
    host.onApplicationBootstrap();
    await total.reached(position(1), patience());
    expect(warned.mock.calls).toEqual([
      [
        'total: 41 snapshots in data/projections/total cannot be used: 40 of them, the newest being file 40: it is cut off; ' +
          'file 0: it is empty. The fold begins from the beginning of the log.',
      ],
    ]);
    expect(signals).toHaveLength(41);
  });

  it('log one sentence about skips for a projection that nobody runs', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { host, log } = given();
    const total = host.add(totalOf('total'));
    host.add(totalOf('count'));
    await add(log, 1, 2, 3);
    for (const [projection, at] of [
      ['total', 1],
      ['totl', 2],
      ['totl', 3],
    ] as const)
      await recordSkip(log, { projection, position: position(at), reason: 'a slip' });
    host.onApplicationBootstrap();
    await total.reached(position(3), patience());
    await log.close();
    expect(warned.mock.calls).toEqual([
      [
        'The log has 2 skips, the first of the event at position 2, for the projection totl, which does not run in this process; ' +
          'here it changes nothing. Those that run here: total, count.',
      ],
    ]);
  });

  it('say in a sentence that the folder of the snapshots cannot be used', async () => {
    const failed = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const folder = new TemporaryFolder();
    const file = join(folder.path, 'snapshots');
    writeFileSync(file, '');
    const { host, log } = given(() => new FileSnapshotStore(file));
    const total = host.add(totalOf('total'));
    host.onApplicationBootstrap();
    await add(log, 1, 2, 3);
    await total.reached(position(3), patience());
    await log.close();
    folder.remove();
    expect(failed.mock.calls[0]).toEqual([
      `total: snapshots can be neither taken nor used: ${file}, or a part of it, is a file where a folder is needed; name another path`,
    ]);
  });

  it('warn of no skip of a projection that may run in another process', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const debugged = jest.spyOn(Logger.prototype, 'debug').mockReturnValue();
    const { host, log } = given(undefined, undefined, { sharesLog: true });
    const total = host.add(totalOf('total'));
    await add(log, 1);
    await recordSkip(log, { projection: 'elsewhere', position: position(1), reason: 'a slip' });
    host.onApplicationBootstrap();
    await total.reached(position(1), patience());
    await log.close();
    expect(warned).not.toHaveBeenCalled();
    expect(debugged.mock.calls).toEqual([
      [expect.stringContaining('for the projection elsewhere, which does not run in this process')],
    ]);
  });

  it('tell that a projection is faulted, at which event and why', async () => {
    const { host, log, signalled } = given();
    host.add(totalOf('total', (amount) => amount === 13));
    const signal = signalled('projection.faulted');
    host.onApplicationBootstrap();
    await add(log, 1, 13);
    await expect(signal).resolves.toEqual({
      projection: 'total',
      position: 2,
      error: new RangeError('13 is too much'),
    });
  });

  it('tell that a projection has resumed, and what was skipped for that', async () => {
    const { host, log, signalled } = given();
    const total = host.add(totalOf('total', (amount) => amount === 13));
    const faulted = signalled('projection.faulted');
    const resumed = signalled('projection.resumed');
    const skipped = signalled('projection.skipped');
    host.onApplicationBootstrap();
    await add(log, 1, 13, 2);
    await faulted;
    const skip = { projection: 'total', position: position(2), reason: 'a slip' };
    await recordSkip(log, skip);
    host.reportSkipped(skip);
    await total.resume();
    await expect(skipped).resolves.toEqual(skip);
    await expect(resumed).resolves.toMatchObject({
      projection: 'total',
      resumedFrom: 1,
      position: 4,
      events: 3,
    });
  });

  it.each<keyof Signals>(['projection.recovered', 'projection.faulted', 'snapshot.taken'])(
    'harm nobody when a listener of %s throws',
    async (name) => {
      const { host, log, emitter } = given();
      const heard = later<undefined>();
      emitter.on(name, () => {
        heard.resolve(undefined);
        throw new Error('a listener’s own trouble');
      });
      host.add(totalOf('failing', (amount) => amount === 13));
      const other = host.add(totalOf('other'));
      host.onApplicationBootstrap();
      await add(log, 1, 2, 13);
      await add(log, 4);
      await heard.promise;
      await other.reached(position(4), patience());
      expect(other.status).toBe('following');
      expect(other.state.context).toEqual({ total: 20, count: 4 });
    },
  );
});
