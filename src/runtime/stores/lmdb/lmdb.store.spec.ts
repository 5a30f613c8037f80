/** What the LMDB store adds to an event store: one writer, shared flushes, a format. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogInUse, WriterLeaseLost } from '../../event-log/errors.js';
import { EVERYTHING, START, commitId, type NewCommit, type StoredEvent } from '../../event-log/event.js';
import type { EventStore } from '../../event-log/event-store.js';
import { openFiles } from './lmdb-files.js';
import { LmdbStore } from './lmdb.store.js';
import { thisProcess } from './lease-holder.js';

const BUILT_STORE = join(import.meta.dirname, '../../../../dist/runtime/stores/lmdb/lmdb.store.js');

async function everything(store: EventStore): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of store.read(EVERYTHING, {})) events.push(...page);
  return events;
}

/** Takes the lease as a later process would. */
async function takeOver(folder: string): Promise<void> {
  const files = openFiles(folder, { readOnly: false });
  const term = files.about.getEntry('owner')?.version ?? 0;
  await files.about.put('owner', thisProcess(), term + 1);
}

describe('LmdbStore', () => {
  let folder: TemporaryFolder;
  let store: LmdbStore;

  beforeEach(() => {
    folder = new TemporaryFolder();
    store = LmdbStore.open(folder.path);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  describe('one writer', () => {
    it('refuses a folder that is open, naming the process that has it', () => {
      expect(() => LmdbStore.open(folder.path)).toThrow(
        expect.objectContaining({
          constructor: LogInUse,
          processId: process.pid,
          folder: folder.path,
        }) as Error,
      );
    });

    it('takes over from a process that was killed, with all that it recorded', async () => {
      const abandoned = new TemporaryFolder();
      const script = `
        const { LmdbStore } = await import(${JSON.stringify(pathToFileURL(BUILT_STORE).href)});
        await LmdbStore.open(${JSON.stringify(abandoned.path)}).append(${JSON.stringify(newCommit('dead'))});
        console.log('recorded');
        setInterval(() => undefined, 1000);`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'close');
      const successor = LmdbStore.open(abandoned.path);
      expect((await everything(successor)).map((event) => event.commit)).toEqual(['dead']);
      await successor.close();
      abandoned.remove();
    });

    it('refuses appends of a process whose term is over', async () => {
      await takeOver(folder.path);
      await expect(store.append(newCommit('late'))).rejects.toThrow(WriterLeaseLost);
    });

    it('records no append of a process whose term is over', async () => {
      await store.append(newCommit('a'));
      await takeOver(folder.path);
      await Promise.allSettled(['b', 'c'].map((id) => store.append(newCommit(id))));
      expect((await everything(store)).map((event) => event.commit)).toEqual(['a']);
      expect(await store.find(commitId('b'))).toBeUndefined();
    });

    it('does not advance the head for what was not recorded', async () => {
      await takeOver(folder.path);
      await Promise.allSettled([store.append(newCommit('late'))]);
      expect(await store.head()).toBe(START);
    });

    it('leaves the lease to the later writer when the earlier one closes', async () => {
      await takeOver(folder.path);
      await store.close();
      expect(() => LmdbStore.open(folder.path)).toThrow(LogInUse);
    });
  });

  it('reads pages of a few mebibytes, however large events are', async () => {
    const large = 'x'.repeat(400_000);
    for (let nth = 0; nth < 12; nth += 1) await store.append(newCommit(`large ${nth}`, large));
    const sizes: number[] = [];
    for await (const page of store.read(EVERYTHING, {})) sizes.push(page.length);
    expect(sizes).toEqual([3, 3, 3, 3]);
  });

  describe('flushing', () => {
    /** How many transactions were flushed since. */
    const countWrites = (): (() => number) => {
      const { root } = openFiles(folder.path, { readOnly: false });
      const lastTransaction = (): number => (root.getStats() as { lastTxnId: number }).lastTxnId;
      const before = lastTransaction();
      return () => lastTransaction() - before;
    };

    it('is shared by the appends of one turn', async () => {
      const writes = countWrites();
      await Promise.all(Array.from({ length: 100 }, (_, index) => store.append(newCommit(`c${index}`))));
      expect(writes()).toBe(1);
    });

    it('is shared by the appends that came while another was flushed', async () => {
      const writes = countWrites();
      const first = store.append(newCommit('first'));
      const later = new Promise((resolve) => setImmediate(resolve)).then(() =>
        Promise.all(Array.from({ length: 50 }, (_, index) => store.append(newCommit(`c${index}`)))),
      );
      await Promise.all([first, later]);
      expect(writes()).toBe(2);
    });

    it('begins for the next appends before those of the last flush are answered', async () => {
      const order: string[] = [];
      let later: Promise<unknown> | undefined;
      const watched = (id: string, seen: () => void): NewCommit => {
        const commit = newCommit(id);
        return Object.defineProperty({ ...commit }, 'id', { get: () => (seen(), commit.id) });
      };
      const second = watched('second', () => order.push('second is on its way'));
      // Asked for while the first is made ready, so that it waits when the first is flushed.
      const first = watched('first', () => {
        later ??= store.append(second);
      });
      await store.append(first);
      order.push('first is answered');
      await later;
      expect([...new Set(order)]).toEqual(['second is on its way', 'first is answered']);
    });

    it('is shared by no more than 1,024 appends', async () => {
      const writes = countWrites();
      await Promise.all(Array.from({ length: 1025 }, (_, index) => store.append(newCommit(`c${index}`))));
      expect(writes()).toBe(2);
    });

    it('is shared by no more than 10,000 events', async () => {
      const writes = countWrites();
      const { events, ...commit } = newCommit('a');
      const many = Array.from({ length: 4_000 }, () => events).flat();
      await Promise.all(
        ['a', 'b', 'c'].map((id) => store.append({ ...commit, id: commitId(id), events: many })),
      );
      expect(writes()).toBe(2);
    });

    it('is not done for appends that record nothing', async () => {
      await store.append(newCommit('a'));
      const writes = countWrites();
      const refused = newCommit('b', 'b', { condition: { query: EVERYTHING, after: START } });
      await Promise.allSettled([store.append(newCommit('a')), store.append(refused)]);
      expect(writes()).toBe(0);
    });
  });

  it('leaves a log of an unknown format alone', async () => {
    const files = openFiles(folder.path, { readOnly: false });
    await files.about.put('format', 99);
    await store.close();
    expect(() => LmdbStore.open(folder.path)).toThrow('a log of format 99');
  });
});
