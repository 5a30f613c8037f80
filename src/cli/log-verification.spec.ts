/** Verifying a log, and reading its head. */
import { appendAll, hashOf, madeUpCommits } from '../../test/support/made-up-log.js';
import { TestTerminal } from '../../test/support/terminal.js';
import { LogDamaged } from '../runtime/event-log/errors.js';
import { START, position, type RecordedCommit } from '../runtime/event-log/event.js';
import { MemoryStore } from '../runtime/stores/memory.store.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { Progress } from './progress.js';
import { readLogHead, requireHash, verifyLog } from './log-verification.js';

const NO_HASH = '0'.repeat(64);

/** A log whose reading fails after some commits. */
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

describe('verifyLog', () => {
  const store = new MemoryStore();
  const commits: RecordedCommit[] = [];

  beforeAll(async () => {
    await appendAll(store, madeUpCommits(1_500));
    for await (const page of store.commits()) commits.push(...page);
  });

  it('gives the position and the hash of the head', async () => {
    expect(await verifyLog(store, progress, never)).toEqual({
      commits: 1_500,
      position: await store.head(),
      hash: await hashOf(store),
    });
  });

  it('stops at the last commit that ends at or before a position', async () => {
    for (const through of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000_000]) {
      const within = commits.filter(({ last }) => last <= through);
      expect(await verifyLog(store, progress, never, position(through))).toEqual({
        commits: within.length,
        position: within.at(-1)?.last ?? 0,
        hash: within.at(-1)?.hash ?? NO_HASH,
      });
    }
  });

  it('gives position 0 for an empty log', async () => {
    expect(await verifyLog(new MemoryStore(), progress, never)).toEqual({
      commits: 0,
      position: START,
      hash: NO_HASH,
    });
  });

  it('passes on LogDamaged', async () => {
    const damaged = new LogDamaged(6, 'it is not there');
    const broken = new BrokenStore(damaged);
    await appendAll(broken, madeUpCommits(20, { most: 1 }));
    await expect(verifyLog(broken, progress, never)).rejects.toBe(damaged);
  });

  it('reports damage, and after which position, when the store cannot read further', async () => {
    const broken = new BrokenStore(new Error('MDB_CORRUPTED'));
    await appendAll(broken, madeUpCommits(20, { most: 1 }));
    await expect(verifyLog(broken, progress, never)).rejects.toMatchObject({
      message: 'The log is damaged after position 5: MDB_CORRUPTED. Restore it from a backup.',
      exitCode: EXIT.damaged,
    });
  });

  it('stops when it is interrupted', async () => {
    const interrupting = new AbortController();
    interrupting.abort(new Error('enough'));
    await expect(verifyLog(store, progress, interrupting.signal)).rejects.toThrow('enough');
  });
});

describe('readLogHead', () => {
  it('gives the hash of the last commit', async () => {
    const store = new MemoryStore();
    await appendAll(store, madeUpCommits(30));
    expect(await readLogHead(store)).toEqual({ position: await store.head(), hash: await hashOf(store) });
  });

  it('gives the zero hash for an empty log', async () => {
    expect(await readLogHead(new MemoryStore())).toEqual({ position: START, hash: NO_HASH });
  });
});

describe('requireHash', () => {
  it('throws only when another hash is expected', () => {
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
