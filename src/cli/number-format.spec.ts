/** Formats numbers and durations for output. */
import { formatNumber, formatCount, formatDuration } from './number-format.js';

describe('formatNumber', () => {
  it('separates thousands and drops the fraction', () => {
    expect([formatNumber(0), formatNumber(999), formatNumber(1234567.8)]).toEqual(['0', '999', '1,234,567']);
  });
});

describe('formatCount', () => {
  it('uses the singular for one and the plural for any other count', () => {
    expect([formatCount(1, 'event'), formatCount(0, 'event'), formatCount(2000, 'commit')]).toEqual([
      '1 event',
      '0 events',
      '2,000 commits',
    ]);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [6.2, '0:07'],
    [59.1, '1:00'],
    [754, '12:34'],
    [3723, '1:02:03'],
  ])('formats %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
