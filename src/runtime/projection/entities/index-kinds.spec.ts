/** What a column of each kind takes, and that it sorts as the kind does. */
import { columnValue, columnValueOfText, isColumnValue } from './index-kinds.js';

describe('a time in a column', () => {
  it('is in UTC, to the millisecond', () => {
    expect(columnValue('time', '2026-01-31T12:00:00.1234+02:00')).toBe('2026-01-31T10:00:00.123Z');
    expect(columnValue('time', '9999-12-31T23:59:59Z')).toBe('9999-12-31T23:59:59.000Z');
    expect(columnValue('time', '0000-01-01T00:00:00Z')).toBe('0000-01-01T00:00:00.000Z');
  });

  it.each(['9999-12-31T23:59:59-05:00', '0000-01-01T00:00:00+05:00'])(
    'is none where its zone moves it out of the years of four digits: %s',
    (text) => {
      expect(columnValue('time', text)).toBeUndefined();
      expect(columnValueOfText('time', text)).toBeUndefined();
    },
  );

  it.each([
    '2026-02-30T12:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T12:00:00+02:00',
    '2026-01-31T24:00:00Z',
  ])('is none of a day or an hour that there is not: %s', (text) => {
    expect(columnValue('time', text)).toBeUndefined();
    expect(columnValueOfText('time', text)).toBeUndefined();
  });

  it('is one of a leap day', () => {
    expect(columnValue('time', '2028-02-29T12:00:00Z')).toBe('2028-02-29T12:00:00.000Z');
  });

  it.each(['+010000-01-01T04:59:59.000Z', '-000001-12-31T19:00:00.000Z', '+275760-09-13T00:00:00.000Z'])(
    'is none in a cursor: %s',
    (text) => {
      expect(isColumnValue('time', text)).toBe(false);
    },
  );
});
