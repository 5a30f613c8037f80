/** Walking a log to see whether all of it fits. */
import { appendAll, hashOf, madeUpCommits } from '../../test/support/made-up-log.js';
import { TestTerminal } from '../../test/support/terminal.js';
import { LogDamaged } from '../runtime/event-log/errors.js';
import { START, position, type RecordedCommit } from '../runtime/event-log/event.js';
import { MemoryStore } from '../runtime/stores/memory.store.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { Progress } from './progress.js';
import { readLogHead, requireHash, verifyLog } from './log-verification.js';

const NO_HASH = '0'.repeat(64);

/** A log that breaks after some commits. */
class BrokenStore extends MemoryStore {
  constructor(private readonly error: Error) {
    super();
  }

  override async *commits(): AsyncIterable<readonly RecordedCommit[]> {
    for await (const page of super.commits({ through: position(5) })) yield page;
    throw this.error;
  }
}

const terminal = new TestTerminal();
const progress = new Progress(terminal, 'verify', 'events');
const never = new AbortController().signal;

describe('walking a log', () => {
  const store = new MemoryStore();
  const commits: RecordedCommit[] = [];

  beforeAll(async () => {
    await appendAll(store, madeUpCommits(1_500));
    for await (const page of store.commits()) commits.push(...page);
  });

  it('ends at its head, with its hash', async () => {
    expect(await verifyLog(store, progress, never)).toEqual({
      commits: 1_500,
      position: await store.head(),
      hash: await hashOf(store),
    });
  });

  it('ends at the last commit that ends up to a position', async () => {
    for (const through of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000_000]) {
      const within = commits.filter(({ last }) => last <= through);
      expect(await verifyLog(store, progress, never, position(through))).toEqual({
        commits: within.length,
        position: within.at(-1)?.last ?? 0,
        hash: within.at(-1)?.hash ?? NO_HASH,
      });
    }
  });

  it('finds nothing in an empty log', async () => {
    expect(await verifyLog(new MemoryStore(), progress, never)).toEqual({
      commits: 0,
      position: START,
      hash: NO_HASH,
    });
  });

  it('ends with what the log says of its damage', async () => {
    const damaged = new LogDamaged(6, 'it is not there');
    const broken = new BrokenStore(damaged);
    await appendAll(broken, madeUpCommits(20, { most: 1 }));
    await expect(verifyLog(broken, progress, never)).rejects.toBe(damaged);
  });

  it('takes it for damage when the store cannot even read on, and says from where', async () => {
    const broken = new BrokenStore(new Error('MDB_CORRUPTED'));
    await appendAll(broken, madeUpCommits(20, { most: 1 }));
    await expect(verifyLog(broken, progress, never)).rejects.toMatchObject({
      message: 'The log is damaged after position 5: MDB_CORRUPTED. Restore it from a backup.',
      exitCode: EXIT.damaged,
    });
  });

  it('ends when it should', async () => {
    const interrupting = new AbortController();
    interrupting.abort(new Error('enough'));
    await expect(verifyLog(store, progress, interrupting.signal)).rejects.toThrow('enough');
  });
});

describe('the head of a log', () => {
  it('has the hash of the last commit', async () => {
    const store = new MemoryStore();
    await appendAll(store, madeUpCommits(30));
    expect(await readLogHead(store)).toEqual({ position: await store.head(), hash: await hashOf(store) });
  });

  it('has no hash before the first commit', async () => {
    expect(await readLogHead(new MemoryStore())).toEqual({ position: START, hash: NO_HASH });
  });

  it('may have to have a certain hash', () => {
    const head = { position: position(3), hash: 'a' };
    expect(() => {
      requireHash(head, undefined);
      requireHash(head, 'a');
    }).not.toThrow();
    expect(() => {
      requireHash(head, 'b');
    }).toThrow(expect.objectContaining({ constructor: CommandFailed, exitCode: EXIT.damaged }) as Error);
  });
});
