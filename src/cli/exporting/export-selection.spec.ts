/** Selecting what an export contains: everything, by query, and by range. */
import { appendAll, madeUpCommits } from '../../../test/support/made-up-log.js';
import {
  EVERYTHING,
  START,
  position,
  tag,
  type Query,
  type RecordedCommit,
  type StoredEvent,
} from '../../runtime/event-log/event.js';
import { matches } from '../../runtime/event-log/query.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import { readSelection, exportSelection, fractionOf, type SelectedCommit } from './export-selection.js';

const store = new MemoryStore();
const commits: RecordedCommit[] = [];

beforeAll(async () => {
  await appendAll(store, madeUpCommits(900, { most: 9 }));
  for await (const page of store.commits()) commits.push(...page);
});

async function selected(
  query: Query,
  range: { readonly after?: number; readonly through?: number } = {},
): Promise<readonly SelectedCommit[]> {
  const { after, through } = range;
  const found: SelectedCommit[] = [];
  const selection = exportSelection(
    await store.head(),
    query,
    after === undefined ? undefined : position(after),
    through === undefined ? undefined : position(through),
  );
  for await (const page of readSelection(store, selection)) found.push(...page);
  return found;
}

/** The expected selection, by filtering all events. */
function expected(isSelected: (event: StoredEvent) => boolean): readonly SelectedCommit[] {
  return commits.flatMap(({ events, fingerprint }) => {
    const selection = events.filter(isSelected);
    return selection.length === 0
      ? []
      : [{ ...(fingerprint !== undefined && { fingerprint }), events: selection }];
  });
}

describe('readSelection', () => {
  it('gives every complete commit when everything is selected', async () => {
    expect(await selected(EVERYTHING)).toEqual(expected(() => true));
  });

  it.each<readonly [what: string, query: Query]>([
    ['a type', [{ types: ['number.retracted'] }]],
    ['several types', [{ types: ['number.retracted', 'number.recorded', 'none'] }]],
    ['tags', [{ tags: [tag('number:3, 100%2C'), tag('number:4, 100%2C')] }]],
    ['both', [{ types: ['number.retracted'], tags: [tag('number:3, 100%2C')] }]],
    ['nothing', [{ types: ['none'] }]],
  ])('gives the matching events of each commit, and its fingerprint: %s', async (_what, query) => {
    expect(await selected(query)).toEqual(expected((event) => matches(query, event)));
  });

  it.each([
    [0, 0],
    [0, 1],
    [1, 2],
    [100, 101],
    [100, 2_000],
    [100, 100],
    [200, 100],
    [3_000, 1_000_000],
    [1_000_000, 2_000_000],
  ])('cuts commits at the bounds of the range after %i through %i', async (after, through) => {
    const isInside = (event: StoredEvent): boolean => event.position > after && event.position <= through;
    expect(await selected(EVERYTHING, { after, through })).toEqual(expected(isInside));
    const query = [{ types: ['number.recorded'] }];
    expect(await selected(query, { after, through })).toEqual(
      expected((event) => isInside(event) && matches(query, event)),
    );
  });
});

describe('fractionOf', () => {
  it('is the fraction of the range', () => {
    const selection = { query: EVERYTHING, after: position(100), through: position(300) };
    expect(fractionOf(selection, position(150))).toBe(0.25);
  });

  it('is 1 when the range is empty', () => {
    expect(fractionOf({ query: EVERYTHING, after: START, through: START }, START)).toBe(1);
  });
});
