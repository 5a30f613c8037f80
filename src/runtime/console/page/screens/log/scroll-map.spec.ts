/** A list that is higher than an element can be, scrolled. */
import { MAX_ELEMENT_HEIGHT, ScrollMap, rowsSeen } from './scroll-map.js';

const ROW = 40;
const VIEWPORT = 600;
const MANY = new ScrollMap(10_000_000 * ROW, VIEWPORT);

describe('a list that an element is high enough for', () => {
  it('is where its element is', () => {
    const list = new ScrollMap(100 * ROW, VIEWPORT);
    expect(list.elementHeight).toBe(4000);
    expect(list.at(1234)).toEqual({ offset: 1234, top: 1234 });
    expect(list.moved(list.at(0), 3400)).toEqual({ offset: 3400, top: 3400 });
  });

  it('has nowhere to go where all of it is seen', () => {
    const list = new ScrollMap(10 * ROW, VIEWPORT);
    expect(list.at(100)).toEqual({ offset: 0, top: 0 });
  });
});

describe('a list of ten million rows', () => {
  it('has an element that browsers have', () => {
    expect(MANY.elementHeight).toBe(MAX_ELEMENT_HEIGHT);
  });

  it.each([0, 40, 999_999, 1_000_001, 123_456_789, 398_999_000, 399_999_400])(
    'comes back to offset %d by the scroll bar',
    (offset) => {
      const { top } = MANY.at(offset);
      expect(top).toBeLessThanOrEqual(MAX_ELEMENT_HEIGHT - VIEWPORT);
      const far = MANY.at(offset > 200_000_000 ? 0 : 399_999_400);
      expect(MANY.moved(far, top).offset).toBeCloseTo(offset, 3);
    },
  );

  it('moves by small steps exactly, also in its middle', () => {
    let at = MANY.at(200_000_000);
    for (const step of [100, -40, 525, 1]) at = MANY.moved(at, at.top + step);
    expect(at.offset).toBe(200_000_586);
  });

  it('stands at its ends where the element does', () => {
    const middle = MANY.at(200_000_000);
    expect(MANY.moved(middle, 0).offset).toBe(0);
    expect(MANY.moved(middle, MAX_ELEMENT_HEIGHT - VIEWPORT).offset).toBe(MANY.maxOffset);
  });

  it('is not left by a small step', () => {
    expect(MANY.moved(MANY.at(10), -20).offset).toBe(0);
  });
});

describe('the rows that are seen', () => {
  const list = { viewport: 100, rowHeight: 40, count: 1000 };

  it.each([
    [0, 0, { first: 0, last: 2 }],
    [39, 0, { first: 0, last: 3 }],
    [40, 2, { first: 0, last: 5 }],
    [39_900, 5, { first: 992, last: 999 }],
  ])('at offset %d with %d around', (offset, around, seen) => {
    expect(rowsSeen({ offset }, list, around)).toEqual(seen);
  });

  it('are none of an empty list', () => {
    expect(rowsSeen({ offset: 0 }, { ...list, count: 0 }, 5)).toEqual({ first: 0, last: -1 });
  });
});
