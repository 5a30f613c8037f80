/** Conditions over much of the log: searched in turns of the thread, up to a bound. */
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { ConditionTooCostly } from '../../event-log/errors.js';
import { START, position, tag, type NewCommit, type Position, type Query } from '../../event-log/event.js';
import { openFiles, type LmdbFiles } from './lmdb-files.js';
import { findMatch } from './lmdb-read.js';
import { LmdbStore } from './lmdb.store.js';

/** Twice as many index entries as are searched in one turn, since each of the two tags has half of the commits. */
const COMMITS = 40_000;
const HEAD = position(COMMITS);

const tagged = (nth: number, ...tags: readonly string[]): NewCommit =>
  newCommit(`c${nth}`, nth, {
    isNewId: true,
    events: [{ type: 'number.recorded', revision: 1, tags: tags.map(tag), data: nth }],
  });

const BOTH: Query = [{ tags: [tag('odd'), tag('even')] }];

describe('a condition that nothing meets and many events nearly do', () => {
  const folder = new TemporaryFolder();
  let files: LmdbFiles;

  beforeAll(async () => {
    const store = LmdbStore.open(folder.path);
    await Promise.all(
      Array.from({ length: COMMITS }, (_, index) => store.append(tagged(index, index % 2 ? 'odd' : 'even'))),
    );
    await store.close();
    files = openFiles(folder.path, { readOnly: true });
  }, 60_000);

  afterAll(async () => {
    await files.root.close();
    folder.remove();
  });

  function search(
    query: Query,
    maxChunks?: number,
  ): { readonly turns: number; readonly found: Position | undefined } {
    const searching = findMatch(files, query, START, HEAD, maxChunks);
    for (let turns = 1; ; turns += 1) {
      const step = searching.next();
      if (step.done === true) return { turns, found: step.value };
    }
  }

  it('is searched in several turns', () => {
    const { turns, found } = search(BOTH);
    expect(found).toBeUndefined();
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(turns).toBeLessThanOrEqual(10);
  });

  it('is found at the same position as in one turn, once an event meets it', () => {
    expect(search([...BOTH, { tags: [tag('odd')] }]).found).toBe(2);
  });

  it('is refused when the search takes more turns than it may', () => {
    expect(() => search(BOTH, 1)).toThrow(ConditionTooCostly);
  });

  it('takes one turn when the indexes tell at once', () => {
    expect(search([{ tags: [tag('odd'), tag('unknown')] }])).toEqual({ turns: 1, found: undefined });
  });
});
