/** What is said of what is wrong. */
import { adviceFor } from './advice.js';

describe('advice', () => {
  it('is not given where nothing is wrong', () => {
    expect(adviceFor({ name: 'sum' })).toEqual([]);
  });

  it('names the event that could not be folded', () => {
    const event = { type: 'number.recorded', revision: 1, commit: 'c' };
    const [advice] = adviceFor({ name: 'sum', fault: { position: 17, error: 'too much', since: '', event } });
    expect(advice?.what).toBe('sum has stopped at the event at 17 (number.recorded): too much');
    expect(advice?.todo).toContain('skipped');
  });

  it('offers no skip where the fault is in no event', () => {
    const [advice] = adviceFor({ name: 'sum', fault: { position: 17, error: 'disk', since: '' } });
    expect(advice?.todo).not.toContain('skip');
  });

  it('tells everything that is wrong', () => {
    const told = adviceFor({
      name: 'orders',
      drift: { after: 1, upTo: 5, of: 'x' },
      trouble: 'away',
      entities: { count: 10, faulted: 2 },
    });
    expect(told.map(({ what }) => what)).toEqual([
      'orders serves another state than the log folds to: the last audit found a drift between 1 and 5.',
      'orders cannot use its database: away',
      '2 of 10 entities of orders have stopped.',
    ]);
  });
});
