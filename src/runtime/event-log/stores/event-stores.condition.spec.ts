/** The append condition (dcb.events), as every store must keep it. */
import { TemporaryFolder } from '../../../../test/support/server.js';
import { AppendConditionFailed } from '../errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type AppendCondition,
  type NewCommit,
  type Query,
} from '../event.js';
import type { EventStore } from '../event-store.js';
import { LmdbStore } from './lmdb/lmdb.store.js';
import { MemoryStore } from './memory.store.js';

const event = (type: string, ...tags: readonly string[]): NewCommit['events'][number] => ({
  type,
  revision: 1,
  tags: tags.map(tag),
  data: null,
});

const commit = (id: string, events: NewCommit['events'], condition?: AppendCondition): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events,
  ...(condition !== undefined && { condition }),
});

const ONE: Query = [{ tags: [tag('number:1')] }];
const TWO: Query = [{ tags: [tag('number:2')] }];

const STORES: readonly (readonly [name: string, open: (folder: string) => EventStore])[] = [
  ['MemoryStore', () => new MemoryStore()],
  ['LmdbStore', (folder) => LmdbStore.open(folder)],
];

describe.each(STORES)('append condition of %s', (_name, open) => {
  let folder: TemporaryFolder;
  let store: EventStore;

  /** What became of a conditional append: where it was recorded, or which position broke its condition. */
  const outcome = async (asked: NewCommit): Promise<string> => {
    try {
      return `recorded at ${(await store.append(asked)).first}`;
    } catch (error) {
      if (error instanceof AppendConditionFailed) return `broken by ${error.position}`;
      throw error;
    }
  };

  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = open(folder.path);
    await store.append(commit('a', [event('number.recorded', 'number:1')]));
    await store.append(
      commit('b', [event('number.recorded', 'number:2'), event('number.retracted', 'number:1')]),
    );
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it.each<readonly [what: string, query: Query, after: number, expected: string]>([
    ['fails when a matching event stands after the position', ONE, 1, 'broken by 3'],
    ['holds when no matching event stands after the position', ONE, 3, 'recorded at 4'],
    ['holds when only other events stand after the position', TWO, 2, 'recorded at 4'],
    ['names the first of several events that break it', ONE, 0, 'broken by 1'],
    ['looks inside a commit that stands across the position', ONE, 2, 'broken by 3'],
    ['fails for a matching type', [{ types: ['number.retracted'] }], 0, 'broken by 3'],
    [
      'holds when type and tag match different events',
      [{ types: ['number.retracted'], tags: [tag('number:2')] }],
      0,
      'recorded at 4',
    ],
    ['fails when any item of the query matches', [{ types: ['log.opened'] }, ...TWO], 0, 'broken by 2'],
    ['means everything by an item that asks for nothing', EVERYTHING, 2, 'broken by 3'],
    ['of everything holds at the head', EVERYTHING, 3, 'recorded at 4'],
    ['of everything names the event next to the position', [{ types: ['log.opened'] }, {}], 1, 'broken by 2'],
    ['without an item always holds', [], 0, 'recorded at 4'],
    ['holds past the head', EVERYTHING, 99, 'recorded at 4'],
  ])('%s', async (_what, query, after, expected) => {
    const condition = { query, after: position(after) };
    expect(await outcome(commit('c', [event('log.opened')], condition))).toBe(expected);
  });

  it('records nothing when it fails', async () => {
    await outcome(commit('c', [event('log.opened')], { query: ONE, after: START }));
    expect(await store.head()).toBe(3);
  });

  it('does not look at the commit that it belongs to', async () => {
    const own = commit('c', [event('number.recorded', 'number:3')], {
      query: [{ tags: [tag('number:3')] }],
      after: START,
    });
    expect(await outcome(own)).toBe('recorded at 4');
  });

  it('sees what was asked for just before it', async () => {
    const condition = { query: ONE, after: position(3) };
    const outcomes = await Promise.all([
      outcome(commit('c', [event('log.opened'), event('number.recorded', 'number:1')])),
      outcome(commit('d', [event('log.opened')], condition)),
    ]);
    expect(outcomes).toEqual(['recorded at 4', 'broken by 5']);
  });

  it('of everything sees what was asked for just before it', async () => {
    const condition = { query: EVERYTHING, after: position(3) };
    const outcomes = await Promise.all([
      outcome(commit('c', [event('log.opened')])),
      outcome(commit('d', [event('log.opened')], condition)),
    ]);
    expect(outcomes).toEqual(['recorded at 4', 'broken by 4']);
  });

  it('does not see what is asked for after it', async () => {
    const condition = { query: ONE, after: position(3) };
    const outcomes = await Promise.all([
      outcome(commit('c', [event('log.opened')], condition)),
      outcome(commit('d', [event('number.recorded', 'number:1')])),
    ]);
    expect(outcomes).toEqual(['recorded at 4', 'recorded at 5']);
  });

  it('is not broken by an append that was itself refused', async () => {
    const condition = { query: ONE, after: position(3) };
    const outcomes = await Promise.all([
      outcome(commit('c', [event('x.refused', 'number:1')], { query: TWO, after: START })),
      outcome(commit('d', [event('log.opened')], condition)),
    ]);
    expect(outcomes).toEqual(['broken by 2', 'recorded at 4']);
  });

  it('lets exactly one of two concurrent appends win', async () => {
    const condition = { query: ONE, after: position(3) };
    const outcomes = await Promise.all([
      outcome(commit('c', [event('number.recorded', 'number:1')], condition)),
      outcome(commit('d', [event('number.recorded', 'number:1')], condition)),
    ]);
    expect(outcomes).toEqual(['recorded at 4', 'broken by 4']);
  });

  it('lets exactly one of a hundred concurrent appends win', async () => {
    const condition = { query: ONE, after: position(3) };
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        outcome(commit(`c${index}`, [event('number.recorded', 'number:1')], condition)),
      ),
    );
    expect(outcomes.filter((each) => each.startsWith('recorded'))).toEqual(['recorded at 4']);
  });
});
