/** lmdb's internal list of writes, and what becomes of it. */
import { openFiles, type LmdbFiles } from './lmdb-files.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { unlinkFinishedWrites } from './lmdb-write-list-workaround.js';

interface Write {
  readonly next: Write | null;
}

describe('lmdb’s list of writes', () => {
  let folder: TemporaryFolder;
  let files: LmdbFiles;

  beforeEach(() => {
    folder = new TemporaryFolder();
    files = openFiles(folder.path, { readOnly: false });
  });

  afterEach(async () => {
    await files.root.close();
    folder.remove();
  });

  /** The write that lmdb waits for next, after each commit. */
  async function committed(times: number): Promise<readonly Write[]> {
    const seen: Write[] = [];
    files.root.on('aftercommit', ({ next }: { readonly next: Write }) => seen.push(next));
    for (let time = 0; time < times; time += 1) await files.about.put('time', time);
    return seen;
  }

  it('leads from each write to all later ones', async () => {
    const [first, ...later] = await committed(5);
    const reached = new Set<Write | null>();
    for (let each: Write | null = first ?? null; each !== null; each = each.next) reached.add(each);
    expect(later.length).toBeGreaterThan(2);
    expect(later.every((each) => reached.has(each))).toBe(true);
  });

  it('leads nowhere from a finished write that was unlinked', async () => {
    unlinkFinishedWrites(files.root);
    const seen = await committed(5);
    expect(seen.slice(0, -1).map(({ next }) => next)).toEqual(seen.slice(0, -1).map(() => null));
  });

  it('is still written when finished writes are unlinked', async () => {
    unlinkFinishedWrites(files.root);
    await Promise.all(Array.from({ length: 100 }, (_, index) => files.about.put(`key ${index}`, index)));
    await files.about.put('last', 'written');
    expect([files.about.get('key 99'), files.about.get('last')]).toEqual([99, 'written']);
  });
});
