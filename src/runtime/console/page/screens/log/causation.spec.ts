/** Causes and effects as a tree, and how they are found. */
import { causationTree, type CausationNode } from './causation.js';
import { CausationSearch, namedCause } from './causation-search.js';
import type { EventAnswer } from './event-row.js';
import { MadeUpPages, madeUpEvent } from './made-up-pages.js';

const caused = (position: number, causationId?: string, commit = `c-${position}`): EventAnswer =>
  madeUpEvent(position, {
    commit,
    metadata: { correlationId: 'x', ...(causationId !== undefined && { causationId }) },
  });

type Shape = readonly [position: number, ...effects: unknown[]];
const shapeOf = ({ event, effects }: CausationNode): Shape => [event.position, ...effects.map(shapeOf)];

describe('a tree of causation', () => {
  it('begins at the first cause, by positions and by commits', () => {
    const [one, two, three, four] = [caused(1), caused(2, '1'), caused(3, 'c-2'), caused(4, '1')];
    expect(shapeOf(causationTree([four, one, three, two], three))).toEqual([1, [2, [3]], [4]]);
  });

  it('has the event alone where nothing is known', () => {
    expect(shapeOf(causationTree([], caused(5, 'nobody')))).toEqual([5]);
  });

  it('has effects of a commit at the one of its events that is opened, otherwise at its first', () => {
    const [one, two, three] = [caused(1, undefined, 'c'), caused(2, undefined, 'c'), caused(3, 'c')];
    expect(shapeOf(causationTree([one, two, three], two))).toEqual([2, [3]]);
    expect(shapeOf(causationTree([one, two, three], three))).toEqual([1, [3]]);
  });

  it('never runs in circles: a cause stands before its effect', () => {
    const [one, two] = [caused(1, '2'), caused(2, '1')];
    expect(shapeOf(causationTree([one, two], two))).toEqual([1, [2]]);
  });

  it('is no deeper than can be read', () => {
    const chain = Array.from({ length: 50 }, (_, nth) => caused(nth + 1, String(nth)));
    const [first = caused(1)] = chain;
    expect(JSON.stringify(shapeOf(causationTree(chain, first))).match(/\[/g)).toHaveLength(13);
  });
});

describe('the search for causes and effects', () => {
  const signal = new AbortController().signal;

  it('goes a stretch at a time to both sides of an event with a correlation', async () => {
    const pages = new MadeUpPages((position) => (position % 40 === 0 ? caused(position) : undefined));
    [pages.head, pages.reach] = [1000, 100];
    const search = new CausationSearch(caused(500), pages.fetch);
    expect(await search.more(signal)).toMatchObject({ from: 400, to: 600, isComplete: false });
    const { events, from, to } = await search.more(signal);
    expect([from, to]).toEqual([300, 700]);
    expect(events.map(({ position }) => position)).toEqual([
      480, 440, 400, 520, 560, 600, 360, 320, 640, 680,
    ]);
    for (let turn = 0; turn < 2; turn += 1) await search.more(signal);
    expect(await search.more(signal)).toMatchObject({ from: 1, to: 1000, isComplete: true });
  });

  it('looks only forwards without one, by position and by commit', async () => {
    const pages = new MadeUpPages(() => undefined);
    pages.head = 1000;
    const search = new CausationSearch(madeUpEvent(500), pages.fetch);
    expect(await search.more(signal)).toEqual({
      events: [],
      from: 500,
      to: 1000,
      isCut: false,
      isComplete: true,
    });
    expect(pages.asked).toEqual([
      { after: 500, limit: 100 },
      { after: 500, limit: 100 },
    ]);
  });

  it.each([
    ['3', 3],
    ['7', undefined],
    ['c-3', undefined],
    ['0', undefined],
  ])('takes the cause %s as position %s', (causationId, position) => {
    expect(namedCause(caused(7, causationId))).toBe(position);
  });
});
