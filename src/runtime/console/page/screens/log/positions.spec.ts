/** Rows of the whole log, fetched around what is seen. */
import { MadeUpPages, madeUpEvent, nextTurn } from './made-up-pages.js';
import { PAGE_SIZE, Positions } from './positions.js';

const NONE_AT = 250;

describe('the rows of the whole log', () => {
  let pages: MadeUpPages;
  let positions: Positions;

  beforeEach(() => {
    pages = new MadeUpPages((position) => (position === NONE_AT ? undefined : madeUpEvent(position)));
    pages.head = 1_000_000;
    positions = new Positions(pages.fetch, () => undefined, 0);
  });

  afterEach(() => {
    positions.close();
  });

  /** As soon as everything that was asked for is answered. */
  async function want(first: number, last: number, head = pages.head): Promise<void> {
    positions.want(first, last, head);
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  }

  it('are there once they are wanted', async () => {
    expect(positions.rowAt(500_000)).toBe('loading');
    await want(499_990, 500_010);
    expect(positions.rowAt(500_000)).toMatchObject({ position: 500_000, data: '500000' });
    expect(pages.asked).toEqual([
      { after: 499_900, before: 500_001, limit: PAGE_SIZE },
      { after: 500_000, before: 500_101, limit: PAGE_SIZE },
    ]);
    await want(499_990, 500_010);
    expect(pages.asked).toHaveLength(2);
  });

  it('tell where nothing is left of an event', async () => {
    await want(240, 260);
    expect(positions.rowAt(NONE_AT)).toBe('gone');
    expect(positions.rowAt(NONE_AT + 1)).toMatchObject({ position: NONE_AT + 1 });
  });

  it('ask only for what is new where the log has grown', async () => {
    pages.head = 120;
    await want(101, 120);
    expect(positions.rowAt(121)).toBe('loading');
    pages.head = 125;
    await want(101, 125);
    expect(positions.rowAt(125)).toMatchObject({ position: 125 });
    expect(pages.asked.map(({ after }) => after)).toEqual([100, 120]);
  });

  it('go on where a page was cut short', async () => {
    pages.reach = 60;
    await want(1, 100);
    expect(positions.rowAt(100)).toMatchObject({ position: 100 });
    expect(pages.asked.map(({ after }) => after)).toEqual([0, 60]);
  });

  it('are let go when many others were wanted since', async () => {
    for (let page = 0; page < 200; page += 1) await want(page * 100 + 1, page * 100 + 100);
    expect(positions.pageCount).toBe(60);
    expect(positions.rowAt(1)).toBe('loading');
    expect(positions.rowAt(20_000)).toMatchObject({ position: 20_000 });
  });

  it('are not asked for when they have flown past', async () => {
    const slow = new Positions(pages.fetch, () => undefined, 5);
    slow.want(1, 10, pages.head);
    slow.want(500_001, 500_010, pages.head);
    while (slow.rowAt(500_001) === 'loading') await nextTurn();
    expect(pages.asked.map(({ after }) => after)).toEqual([500_000]);
    slow.close();
  });

  it('say why they cannot be had, and forget it when they can', async () => {
    pages.failure = new Error('away');
    await want(1, 10);
    expect(positions.error).toMatchObject({ message: 'away' });
    await want(1, 10);
    expect(positions.error).toBeUndefined();
    expect(positions.rowAt(1)).toMatchObject({ position: 1 });
  });

  it('are those of another log when it is shorter than it was', async () => {
    await want(1, 10);
    pages.head = 5;
    positions.want(1, 5, 5);
    expect(positions.rowAt(1)).toBe('loading');
  });
});
