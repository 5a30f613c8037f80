/** A page in slices: the same state as in one go, with turns for other work when events take long. */
import { commitId, position, type RecordedEvent } from '../event-log/event.js';
import { adds, compiled, inState } from '../../../test/support/small-machines.js';
import { foldInSlices } from './folding-slices.js';
import { Folding } from './folding.js';

const fold = compiled(inState({ on: { 'it.happened': { actions: adds('x') } } }));

const event = (at: number, part?: number): RecordedEvent => ({
  position: position(at),
  type: 'it.happened',
  revision: 1,
  tags: [],
  data: null,
  time: '2026-11-27T00:00:00.000Z',
  commit: commitId('one'),
  metadata: {},
  ...(part !== undefined && { part }),
});

/** A clock by which each look takes so many milliseconds. */
function clock(step: number): () => number {
  let now = 0;
  return () => (now += step);
}

const events = Array.from({ length: 300 }, (_, index) => event(index + 1));
const page = { events, through: position(310) };

function inOneGo(): Folding['folded'] {
  const folding = new Folding(fold);
  folding.take(page);
  return folding.folded;
}

describe('a page that is folded in slices', () => {
  it.each([0, 4, 1000])('leads to the same state, position and digest (%d ms a slice)', (step) => {
    const folding = new Folding(fold);
    Array.from(foldInSlices(folding, page, clock(step)));
    expect(folding.folded).toEqual(inOneGo());
  });

  it('gives no turn away when it is quick', () => {
    expect(Array.from(foldInSlices(new Folding(fold), page, clock(0)))).toHaveLength(0);
  });

  it('gives a turn to other work after each slice that took long', () => {
    const slices = foldInSlices(new Folding(fold), page, clock(1000));
    expect(Array.from(slices)).toHaveLength(Math.floor((events.length - 1) / 64));
  });

  it('does not part what upcasters made of one event', () => {
    const parts = Array.from({ length: 200 }, (_, index) => event(1, index + 1));
    const slices = foldInSlices(new Folding(fold), { events: parts, through: position(1) }, clock(1000));
    expect(Array.from(slices)).toHaveLength(0);
  });
});
