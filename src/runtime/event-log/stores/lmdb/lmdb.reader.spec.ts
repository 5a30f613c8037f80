/** Reading a log in LMDB beside its writer. */
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { EVERYTHING, START, commitId, position, type NewCommit, type StoredEvent } from '../../event.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

const commit = (id: string): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: id }],
});

const never = new AbortController().signal;

describe('LmdbReader', () => {
  let folder: TemporaryFolder;
  let writer: LmdbStore;
  let reader: LmdbReader;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    writer = LmdbStore.open(folder.path);
    await writer.append(commit('a'));
    reader = LmdbReader.open(folder.path);
  });

  afterEach(async () => {
    await reader.close();
    await writer.close();
    folder.remove();
  });

  it('knows the log as the same one', () => {
    expect(reader.identity).toBe(writer.identity);
  });

  it('sees what was recorded before it was opened', async () => {
    expect(await reader.head()).toBe(1);
  });

  it('sees what is recorded while it is open', async () => {
    await writer.append(commit('b'));
    const seen: StoredEvent[] = [];
    for await (const page of reader.read(EVERYTHING, {})) seen.push(...page);
    expect(seen.map((event) => event.data)).toEqual(['a', 'b']);
  });

  it('finds a commit by its id', async () => {
    const recorded = await writer.append(commit('b'));
    expect(await reader.find(commitId('b'))).toEqual(recorded);
  });

  it('finds nothing under an id that was never recorded', async () => {
    expect(await reader.find(commitId('b'))).toBeUndefined();
  });

  it('resolves at once when the head stands after the position', async () => {
    await expect(reader.advanced(START, never)).resolves.toBeUndefined();
  });

  it('wakes when the writer records something', async () => {
    const seen = reader.advanced(position(1), never).then(() => reader.head());
    await writer.append(commit('b'));
    expect(await seen).toBe(2);
  });

  it('stops waiting once the signal is aborted', async () => {
    const controller = new AbortController();
    const advanced = reader.advanced(position(1), controller.signal);
    controller.abort();
    await expect(advanced).rejects.toThrow();
  });

  it('rejects with the signal’s reason once it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const advanced = reader.advanced(position(1), controller.signal);
    controller.abort(reason);
    await expect(advanced).rejects.toBe(reason);
  });

  it('refuses to append', async () => {
    await expect(reader.append()).rejects.toThrow('for reading only');
  });

  it('does not open a folder without a log', () => {
    expect(() => LmdbReader.open(join(folder.path, 'nothing'))).toThrow();
  });
});
