/** Which members of a view can be plotted. */
import { numbersOf } from './numbers.js';

describe('the numbers of a view', () => {
  it('are found by their paths, also as texts; lists and other texts have none', () => {
    const view = {
      value: '27',
      count: 4,
      state: 'counting',
      date: '2026-01-31',
      padded: '007',
      till: { sum: '-1.50', list: [1, 2] },
      none: null,
    };
    expect([...numbersOf(view)]).toEqual([
      ['value', 27],
      ['count', 4],
      ['till.sum', -1.5],
    ]);
  });

  it('are bounded', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, index]));
    expect(numbersOf(wide).size).toBe(50);
    expect(numbersOf('9'.repeat(1000)).size).toBe(0);
  });
});
