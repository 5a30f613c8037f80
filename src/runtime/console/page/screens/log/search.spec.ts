/** Events that fit a filter, looked for backwards and forwards. */
import { MadeUpPages, madeUpEvent, nextTurn } from './made-up-pages.js';
import { MAX_EMPTY_PAGES, MAX_ROWS, PAGE_SIZE, Search, type SearchStatus } from './search.js';

const FILTER = { types: ['a.b'], tags: [], where: {} };

describe('a search', () => {
  let pages: MadeUpPages;
  let every: number;
  let search: Search;

  const begin = (head: number): void => {
    pages.head = head;
    search = new Search(FILTER, head, pages.fetch, () => undefined);
  };
  const reaches = async (status: SearchStatus): Promise<void> => {
    for (let turn = 0; turn < 100_000 && search.state.status !== status; turn += 1) await nextTurn();
    expect(search.state.status).toBe(status);
  };
  const found = (): readonly number[] => search.state.rows.map(({ position }) => position);

  beforeEach(() => {
    every = 10;
    pages = new MadeUpPages((position) => (position % every === 0 ? madeUpEvent(position) : undefined));
  });

  it('finds as many as are wanted, newest first, and more when more are', async () => {
    begin(10_000);
    search.want(50);
    await reaches('enough');
    expect(found().slice(0, 2)).toEqual([10_000, 9990]);
    expect(search.state).toMatchObject({ downTo: 9010, upTo: 10_000 });
    search.want(150);
    await reaches('enough');
    expect(search.state.rows).toHaveLength(2 * PAGE_SIZE);
    expect(new Set(found()).size).toBe(2 * PAGE_SIZE);
  });

  it('goes on over pages without any, to the beginning', async () => {
    [every, pages.reach] = [9999, 1000];
    begin(20_000);
    search.want(50);
    await reaches('ended');
    expect(found()).toEqual([19_998, 9999]);
    expect(search.state.downTo).toBe(1);
    expect(pages.asked).toHaveLength(20);
  });

  it('stops where nothing is found for long, and goes on when somebody says so', async () => {
    [every, pages.reach] = [1_000_000, 10];
    begin(2000);
    search.want(50);
    await reaches('stopped');
    expect(pages.asked).toHaveLength(MAX_EMPTY_PAGES);
    search.goOn();
    await reaches('ended');
    expect(found()).toEqual([]);
  });

  it('ends at once in an empty log', async () => {
    begin(0);
    search.want(50);
    await reaches('ended');
    expect(pages.asked).toEqual([]);
  });

  it('stops, and goes on from there', async () => {
    [every, pages.reach] = [50_000, 10];
    begin(1000);
    search.want(50);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    search.stop();
    const { downTo } = search.state;
    const asked = pages.asked.length;
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    search.want(100);
    expect(search.state).toMatchObject({ status: 'stopped', downTo });
    expect(pages.asked).toHaveLength(asked);
    search.goOn();
    await reaches('ended');
    expect(pages.asked[asked]).toMatchObject({ before: downTo, backwards: true });
  });

  it('says why it failed, and goes on when it is told to', async () => {
    begin(1000);
    pages.failure = new Error('away');
    search.want(500);
    await reaches('failed');
    expect(search.state.error).toMatchObject({ message: 'away' });
    search.goOn();
    await reaches('ended');
    expect(search.state.rows).toHaveLength(100);
  });

  it('keeps a bounded number', async () => {
    every = 1;
    begin(MAX_ROWS + 5000);
    search.want(Infinity);
    await reaches('full');
    expect(search.state.rows).toHaveLength(MAX_ROWS);
    expect(search.state.downTo).toBe(5001);
    pages.head += 250;
    await search.catchUp(pages.head);
    expect(search.state.rows).toHaveLength(MAX_ROWS);
    expect(search.state).toMatchObject({ downTo: 5251, added: 250 });
  });

  it('puts what is recorded meanwhile before the others, each once', async () => {
    begin(1000);
    search.want(500);
    await reaches('ended');
    pages.head = 4000;
    await Promise.all([search.catchUp(4000), search.catchUp(4000)]);
    expect(found()).toEqual(Array.from({ length: 400 }, (_, nth) => 4000 - nth * 10));
    expect(search.state).toMatchObject({ upTo: 4000, added: 300 });
  });

  it('asks nobody after it is closed', async () => {
    pages.reach = 10;
    begin(10_000);
    search.want(10_000);
    search.close();
    const { state } = search;
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(pages.asked.length).toBeLessThan(3);
    expect(search.state).toBe(state);
  });
});
