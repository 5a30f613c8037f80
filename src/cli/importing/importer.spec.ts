/** Recording imported commits: the same commits, once, in the same order. */
import { appendAll, hashOf, madeUpCommits } from '../../../test/support/made-up-log.js';
import { StorageFull } from '../../runtime/event-log/errors.js';
import { commitId, position, type Commit, type NewCommit } from '../../runtime/event-log/event.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import type { ImportedCommit } from './commit-assembly.js';
import { Importer } from './importer.js';

/** The commits as read from an export of a log that contains only them. */
function asImported(commits: readonly NewCommit[]): readonly ImportedCommit[] {
  let line = 1;
  return commits.map((commit) => {
    const imported = { commit, line, first: position(line), characters: 100 };
    line += commit.events.length;
    return imported;
  });
}

async function importInto(store: MemoryStore, commits: readonly ImportedCommit[]): Promise<Importer> {
  const importer = new Importer(store);
  for (const commit of commits) await importer.add(commit);
  await importer.flush();
  return importer;
}

const total = (commits: readonly NewCommit[]): number =>
  commits.reduce((sum, { events }) => sum + events.length, 0);

/** Records the calls of the importer, and can fail at one commit. */
class WatchedStore extends MemoryStore {
  readonly appended: string[] = [];
  finds = 0;
  inFlight = 0;
  maxInFlight = 0;
  fullAt: string | undefined;

  override async append(commit: NewCommit): Promise<Commit> {
    this.appended.push(commit.id);
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    if (commit.id === this.fullAt) throw new StorageFull();
    return super.append(commit);
  }

  override find(id: NewCommit['id']): Promise<Commit | undefined> {
    this.finds += 1;
    return super.find(id);
  }
}

describe('importing', () => {
  const commits = madeUpCommits(2_500).map((commit) => ({ ...commit, isImported: true }));
  const original = new MemoryStore();

  beforeAll(() => appendAll(original, commits));

  it('into an empty log gives the same hash as the original', async () => {
    const copy = new MemoryStore();
    const { counts } = await importInto(copy, asImported(commits));
    expect(counts).toEqual({
      recorded: { commits: 2_500, events: total(commits) },
      known: { commits: 0, events: 0 },
      moved: 0,
    });
    expect(await hashOf(copy)).toBe(await hashOf(original));
  });

  it('repeated records nothing and appends nothing', async () => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits));
    copy.appended.length = 0;
    copy.finds = 0;
    const { counts } = await importInto(copy, asImported(commits));
    expect(counts.known).toEqual({ commits: 2_500, events: total(commits) });
    expect([copy.appended.length, copy.finds]).toEqual([0, 1]);
  });

  it.each([1, 999, 1_000, 1_001, 2_499])('continues an import that ended after %i commits', async (done) => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits).slice(0, done));
    copy.appended.length = 0;
    const { counts } = await importInto(copy, asImported(commits));
    expect([counts.known.commits, counts.recorded.commits]).toEqual([done, 2_500 - done]);
    expect(copy.appended).toEqual(commits.slice(done).map(({ id }) => id));
    expect(await hashOf(copy)).toBe(await hashOf(original));
  });

  it('into a log with other events appends, and counts the commits that get other positions', async () => {
    const copy = new MemoryStore();
    await appendAll(copy, madeUpCommits(3, { seed: 99 }));
    const { counts } = await importInto(copy, asImported(commits));
    expect(counts).toMatchObject({ recorded: { commits: 2_500 }, moved: 2_500 });
    const again = await importInto(copy, asImported(commits));
    expect(again.counts).toMatchObject({ known: { commits: 2_500 }, moved: 2_500 });
  });

  it('skips commits that the log has in another order', async () => {
    const copy = new MemoryStore();
    await appendAll(copy, commits.slice(0, 50).toReversed());
    const { counts } = await importInto(copy, asImported(commits.slice(0, 60)));
    expect([counts.known.commits, counts.recorded.commits]).toEqual([50, 10]);
  });

  it('appends concurrently, up to a bound', async () => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits));
    expect(copy.maxInFlight).toBe(1_000);
  });

  it('appends fewer large commits at once', async () => {
    const copy = new WatchedStore();
    const large = asImported(commits).map((commit) => ({ ...commit, characters: 512 * 1024 }));
    await importInto(copy, large);
    expect(copy.maxInFlight).toBe(2);
  });

  it.each([
    ['data', { events: [{ type: 'number.recorded', revision: 1, tags: [], data: 'other' }] }],
    ['time', { time: '1999-01-01T00:00:00.000Z' }],
    ['metadata', { metadata: { other: true } }],
    ['fingerprint', { fingerprint: 'other' }],
  ])('rejects a commit that the log has next with other %s', async (_what, changes) => {
    const [first, ...rest] = asImported(commits);
    if (first === undefined) throw new Error('there are commits');
    const changed = { ...first, commit: { ...first.commit, ...changes } };
    await expect(importInto(original, [changed, ...rest])).rejects.toThrow(
      `line 1: the commit ${first.commit.id} cannot be recorded: the log has it at position 1 with other content`,
    );
  });

  it('rejects a commit that the log has elsewhere with other content', async () => {
    const [first, second] = asImported(commits);
    if (first === undefined || second === undefined) throw new Error('there are commits');
    const copy = new MemoryStore();
    await appendAll(copy, [second.commit]);
    const changed = { ...second, commit: { ...second.commit, metadata: { other: true } } };
    await expect(importInto(copy, [first, changed])).rejects.toThrow(`line ${second.line}: the commit`);
  });

  it('appends nothing after a failed append, so that no later commit takes its place', async () => {
    const copy = new WatchedStore();
    copy.fullAt = commits[500]?.id;
    await expect(importInto(copy, asImported(commits))).rejects.toThrow(StorageFull);
    expect(copy.appended).toHaveLength(1_000);
  });

  it('records a commit once that the file has twice', async () => {
    const copy = new MemoryStore();
    const twice = asImported([{ ...madeUpCommits(1)[0], id: commitId('a') } as NewCommit]);
    const { counts } = await importInto(copy, [...twice, ...twice]);
    expect(counts).toMatchObject({ recorded: { commits: 1 }, known: { commits: 1 } });
  });
});
