/** What rows of the log show of events. */
import { eventRows, type EventAnswer } from './event-row.js';

const event = (position: number, more: Partial<EventAnswer> = {}): EventAnswer => ({
  position,
  type: 'a.b',
  revision: 1,
  tags: ['a:1', 'b:2'],
  data: { value: position },
  metadata: {},
  time: '2026-01-31T12:00:00.000Z',
  commit: 'c',
  ...more,
});

describe('the rows of a page', () => {
  it('are one for each position', () => {
    const parts = [event(2, { part: 1 }), event(2, { part: 2, type: 'c.d' }), event(2, { part: 3 })];
    expect(eventRows([event(1), ...parts, event(4)])).toMatchObject([
      { position: 1, type: 'a.b', tags: 'a:1 b:2', data: '{"value":1}', parts: 1 },
      { position: 2, type: 'a.b, c.d', data: '{"value":2}', parts: 3 },
      { position: 4, parts: 1 },
    ]);
    expect(eventRows([])).toEqual([]);
  });

  it('have little of what is long', () => {
    const [row] = eventRows([event(1, { data: 'x'.repeat(1_000_000), type: 't'.repeat(300) })]);
    expect(row?.data).toBe(`"${'x'.repeat(239)}…`);
    expect(row?.type).toHaveLength(241);
  });
});
