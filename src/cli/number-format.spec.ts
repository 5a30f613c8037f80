/** Figures as people read them. */
import { formatNumber, formatCount, formatDuration } from './number-format.js';

describe('a count', () => {
  it('has its thousands apart, and no fraction', () => {
    expect([formatNumber(0), formatNumber(999), formatNumber(1234567.8)]).toEqual(['0', '999', '1,234,567']);
  });

  it('is of one, or of many', () => {
    expect([formatCount(1, 'event'), formatCount(0, 'event'), formatCount(2000, 'commit')]).toEqual([
      '1 event',
      '0 events',
      '2,000 commits',
    ]);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0:00'],
    [6.2, '0:07'],
    [59.1, '1:00'],
    [754, '12:34'],
    [3723, '1:02:03'],
  ])('of %d seconds is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
