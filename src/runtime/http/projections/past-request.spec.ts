/** What may be asked of the past. */
import { position } from '../../event-log/event.js';
import { readPointInTime } from './time-parameter.js';
import { readHistory, readWhatIf } from './past-request.js';

const HEAD = position(10_000_000);

describe('a history that is asked for', () => {
  it.each([
    [{}, { from: 0, to: 10_000_000, step: 10_011 }],
    [{ to: '999' }, { from: 0, to: 999, step: 1 }],
    [{ to: '1000' }, { from: 0, to: 1000, step: 2 }],
    [
      { from: '5', to: '5' },
      { from: 5, to: 5, step: 1 },
    ],
    [
      { from: '1000', step: '100000' },
      { from: 1000, to: 10_000_000, step: 100_000 },
    ],
  ])('%j has every point that it may', (query, expected) => {
    expect(readHistory(query, HEAD)).toEqual(expected);
  });

  it('has at most 1,000 points, and says which step would do', () => {
    expect(() => readHistory({ from: '0', to: '1000', step: '1' }, HEAD)).toThrow(
      'From 0 to 1000 by 1 is 1001 points, and an answer has at most 1000; a step of 2 would do.',
    );
    expect(readHistory({ from: '1', to: '1000', step: '1' }, HEAD).step).toBe(1);
  });

  it('from after the head is left to whoever knows the head', () => {
    expect(readHistory({ from: '11000000' }, HEAD)).toMatchObject({ from: 11_000_000, to: 11_000_000 });
  });
});

describe('a what-if that is asked for', () => {
  it('leaves out each position once', () => {
    expect(readWhatIf({ without: '3,1,3' })).toEqual({ without: new Set([3, 1]), at: undefined });
    expect(readWhatIf({ without: '3', at: '7' }).at).toEqual({ position: 7 });
  });
});

describe('a moment in a URL', () => {
  it.each([
    ['0', { position: 0 }],
    ['2026-01-31T12:00:00Z', { time: Date.UTC(2026, 0, 31, 12) }],
    ['2026-01-31t12:00:00.25z', { time: Date.UTC(2026, 0, 31, 12, 0, 0, 250) }],
    ['2026-01-31T12:00:00-01:30', { time: Date.UTC(2026, 0, 31, 13, 30) }],
    ['2026-01-31T12:00:00 01:30', { time: Date.UTC(2026, 0, 31, 10, 30) }],
  ])('is read: %s', (text, moment) => {
    expect(readPointInTime({ at: text }, 'at')).toEqual(moment);
  });
});
