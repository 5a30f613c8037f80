/** What the verification of a log tells while it runs and at its end, also of a log that is damaged. */
import { EventEmitter, once } from 'node:events';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { EventLog } from '../../event-log/event-log.js';
import { position, type Range, type RecordedCommit } from '../../event-log/event.js';
import { openFiles } from '../../stores/lmdb/lmdb-files.js';
import { LmdbStore } from '../../stores/lmdb/lmdb.store.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { Verification } from './verification.js';

/** Reads commits one by one, each once the test says so. */
class SteppedStore extends MemoryStore {
  readonly #steps = new EventEmitter();
  walks = 0;

  /** Reads the next commit once the walk waits for it, and goes on when that was taken. */
  async step(): Promise<void> {
    if (this.#steps.listenerCount('step') === 0) await once(this.#steps, 'waits');
    const waits = once(this.#steps, 'waits');
    this.#steps.emit('step');
    await waits;
  }

  override async *commits(
    range: Pick<Range, 'after' | 'through'> = {},
  ): AsyncGenerator<readonly RecordedCommit[]> {
    this.walks += 1;
    for await (const page of super.commits(range))
      for (const commit of page) {
        await this.#stepped();
        yield [commit];
      }
    await this.#stepped();
  }

  async #stepped(): Promise<void> {
    const stepped = once(this.#steps, 'step');
    this.#steps.emit('waits');
    await stepped;
  }

  /** The end of the walk. */
  end(): void {
    this.#steps.emit('step');
  }
}

const filled = async <Store extends MemoryStore | LmdbStore>(store: Store): Promise<Store> => {
  for (const id of ['a', 'b', 'c']) await store.append(newCommit(id));
  return store;
};

/** Log lines about errors. */
let logged: jest.SpiedFunction<Logger['error']>;

beforeEach(() => {
  logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the verification of a log', () => {
  it('was never made at first, and is of no commit in an empty log', async () => {
    const log = new EventLog(new MemoryStore());
    const verification = new Verification(log);
    expect(verification.status).toEqual({ status: 'never' });
    await verification.run();
    expect(verification.status).toMatchObject({
      status: 'done',
      position: 0,
      head: 0,
      result: { commits: 0, events: 0, position: 0, hash: '0'.repeat(64) },
    });
    await log.close();
  });

  it('tells how far it is, is joined while it runs, and is made anew afterwards', async () => {
    const store = await filled(new SteppedStore());
    const log = new EventLog(store);
    const verification = new Verification(log);
    const ended = verification.run();
    const seen: unknown[] = [];
    for (let step = 0; step < 3; step += 1) {
      await store.step();
      expect(verification.run()).toBe(ended);
      seen.push(verification.status);
    }
    // What is recorded meanwhile is for the next one.
    await store.append(newCommit('d'));
    store.end();
    await ended;
    expect(seen).toMatchObject(
      [1, 2, 3].map((at) => ({
        status: 'running',
        position: at,
        head: 3,
        eventsPerSecond: expect.any(Number) as number,
      })),
    );
    expect(verification.status).toMatchObject({
      status: 'done',
      position: 3,
      result: { commits: 3, events: 3 },
    });
    expect(store.walks).toBe(1);
    const again = verification.run();
    expect(again).not.toBe(ended);
    expect(verification.status).toMatchObject({ status: 'running', position: 0 });
    for (let step = 0; step < 4; step += 1) await store.step();
    store.end();
    await again;
    expect(verification.status).toMatchObject({ status: 'done', head: 4, result: { commits: 4 } });
    await log.close();
  });

  it('ends when the log closes, as one that has failed, which is no fault of the log', async () => {
    const store = await filled(new SteppedStore());
    const close = jest.spyOn(store, 'close');
    const log = new EventLog(store);
    const verification = new Verification(log);
    const ended = verification.run();
    await store.step();
    const closed = log.close();
    expect(close).not.toHaveBeenCalled();
    store.end();
    await Promise.all([ended, closed]);
    expect(verification.status).toMatchObject({
      status: 'failed',
      position: 1,
      fault: { detail: 'the process ends' },
    });
    expect(verification.status).not.toHaveProperty('fault.position');
    expect(logged).not.toHaveBeenCalled();
  });

  it('of a damaged log fails, and tells where and why', async () => {
    const folder = new TemporaryFolder();
    const log = new EventLog(await filled(LmdbStore.open(folder.path)));
    const files = openFiles(folder.path, { readOnly: false });
    const bytes = Buffer.from(files.commits.get(position(2)) ?? []);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await files.commits.put(position(2), bytes);
    await files.root.close();
    const verification = new Verification(log);
    await verification.run();
    expect(verification.status).toMatchObject({
      status: 'failed',
      position: 1,
      head: 3,
      fault: { position: 2, detail: expect.stringContaining('damaged at position 2') as string },
    });
    expect(verification.status).not.toHaveProperty('result');
    expect(logged).toHaveBeenCalledTimes(1);
    await log.close();
    folder.remove();
  });
});
