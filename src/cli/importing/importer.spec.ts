/** What importing makes of a log: the same commits, once, in the same order. */
import { appendAll, hashOf, madeUpCommits } from '../../../test/support/made-up-log.js';
import { StorageFull } from '../../runtime/event-log/errors.js';
import { commitId, position, type Commit, type NewCommit } from '../../runtime/event-log/event.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import type { ImportedCommit } from './commit-assembly.js';
import { Importer } from './importer.js';

/** As they are read from a file that a log of just these gave. */
function asImported(commits: readonly NewCommit[]): readonly ImportedCommit[] {
  let [line, weight] = [1, 100];
  return commits.map((commit) => {
    const imported = { commit, line, first: position(line), weight };
    line += commit.events.length;
    weight = 100;
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

/** Counts what is asked of it, and may refuse from one commit on. */
class WatchedStore extends MemoryStore {
  readonly asked: string[] = [];
  finds = 0;
  waiting = 0;
  mostWaiting = 0;
  fullAt: string | undefined;

  override async append(commit: NewCommit): Promise<Commit> {
    this.asked.push(commit.id);
    this.waiting += 1;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    await new Promise((resolve) => setImmediate(resolve));
    this.waiting -= 1;
    if (commit.id === this.fullAt) throw new StorageFull();
    return super.append(commit);
  }

  override find(id: NewCommit['id']): Promise<Commit | undefined> {
    this.finds += 1;
    return super.find(id);
  }
}

describe('importing', () => {
  const commits = madeUpCommits(2_500);
  const original = new MemoryStore();

  beforeAll(() => appendAll(original, commits));

  it('into an empty log gives the same hash', async () => {
    const copy = new MemoryStore();
    const { counts: imported } = await importInto(copy, asImported(commits));
    expect(counts).toEqual({
      recorded: { commits: 2_500, events: total(commits) },
      known: { commits: 0, events: 0 },
      moved: 0,
    });
    expect(await hashOf(copy)).toBe(await hashOf(original));
  });

  it('again records nothing, and asks the store to append nothing', async () => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits));
    copy.asked.length = 0;
    copy.finds = 0;
    const { counts: imported } = await importInto(copy, asImported(commits));
    expect(counts.known).toEqual({ commits: 2_500, events: total(commits) });
    expect([copy.asked.length, copy.finds]).toEqual([0, 1]);
  });

  it.each([1, 999, 1_000, 1_001, 2_499])('goes on where one ended after %i commits', async (done) => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits).slice(0, done));
    copy.asked.length = 0;
    const { counts: imported } = await importInto(copy, asImported(commits));
    expect([counts.known.commits, counts.recorded.commits]).toEqual([done, 2_500 - done]);
    expect(copy.asked).toEqual(commits.slice(done).map(({ id }) => id));
    expect(await hashOf(copy)).toBe(await hashOf(original));
  });

  it('into a log with other events appends, and says how many commits stand elsewhere', async () => {
    const copy = new MemoryStore();
    await appendAll(copy, madeUpCommits(3, { seed: 99 }));
    const { counts: imported } = await importInto(copy, asImported(commits));
    expect(counts).toMatchObject({ recorded: { commits: 2_500 }, moved: 2_500 });
    const again = await importInto(copy, asImported(commits));
    expect(again.counts).toMatchObject({ known: { commits: 2_500 }, moved: 2_500 });
  });

  it('passes over commits that stand in the log in another order', async () => {
    const copy = new MemoryStore();
    await appendAll(copy, commits.slice(0, 50).toReversed());
    const { counts: imported } = await importInto(copy, asImported(commits.slice(0, 60)));
    expect([counts.known.commits, counts.recorded.commits]).toEqual([50, 10]);
  });

  it('asks for many appends at once, but not for more than a bound', async () => {
    const copy = new WatchedStore();
    await importInto(copy, asImported(commits));
    expect(copy.mostWaiting).toBe(1_000);
  });

  it('asks for fewer at once when they are heavy', async () => {
    const copy = new WatchedStore();
    const heavy = asImported(commits).map((commit) => ({ ...commit, weight: 512 * 1024 }));
    await importInto(copy, heavy);
    expect(copy.mostWaiting).toBe(2);
  });

  it.each([
    ['data', { events: [{ type: 'number.recorded', revision: 1, tags: [], data: 'other' }] }],
    ['time', { time: '1999-01-01T00:00:00.000Z' }],
    ['metadata', { metadata: { other: true } }],
    ['fingerprint', { fingerprint: 'other' }],
  ])('refuses a commit that the log has with other %s, where it stands next', async (_what, changes) => {
    const [first, ...rest] = asImported(commits);
    if (first === undefined) throw new Error('there are commits');
    const changed = { ...first, commit: { ...first.commit, ...changes } };
    await expect(importInto(original, [changed, ...rest])).rejects.toThrow(
      `line 1: the commit ${first.commit.id} cannot be recorded: the log has it at position 1 with other content`,
    );
  });

  it('refuses a commit that the log has with other content, wherever it stands', async () => {
    const [first, second] = asImported(commits);
    if (first === undefined || second === undefined) throw new Error('there are commits');
    const copy = new MemoryStore();
    await appendAll(copy, [second.commit]);
    const changed = { ...second, commit: { ...second.commit, metadata: { other: true } } };
    await expect(importInto(copy, [first, changed])).rejects.toThrow(`line ${second.line}: the commit`);
  });

  it('asks for nothing after an append that failed, so that no later commit takes its place', async () => {
    const copy = new WatchedStore();
    copy.fullAt = commits[500]?.id;
    await expect(importInto(copy, asImported(commits))).rejects.toThrow(StorageFull);
    expect(copy.asked).toHaveLength(1_000);
  });

  it('of the same commit twice records it once', async () => {
    const copy = new MemoryStore();
    const twice = asImported([{ ...madeUpCommits(1)[0], id: commitId('a') } as NewCommit]);
    const { counts: imported } = await importInto(copy, [...twice, ...twice]);
    expect(counts).toMatchObject({ recorded: { commits: 1 }, known: { commits: 1 } });
  });
});
