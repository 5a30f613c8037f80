/** The newest stretch of the log, in memory. */
import { recordedEvent } from '../../../../test/support/recorded-event.js';
import { START, position } from '../event.js';
import { RecentEvents, type CachedPage } from './recent-events.js';

/** Every event after one position and up to another. */
const stretch = (after: number, through: number): CachedPage => ({
  after: position(after),
  through: position(through),
  events: Array.from({ length: through - after }, (_, index) => recordedEvent(after + index + 1)),
});

const MEBIBYTE = 1024 * 1024;

describe('recent events', () => {
  let recent: RecentEvents;
  const since = (after: number, limit = 100): readonly number[] | undefined =>
    recent.pageAfter(position(after), limit)?.events.map((each) => each.position);

  beforeEach(() => {
    recent = new RecentEvents();
  });

  it('knows nothing at first', () => {
    expect(since(0)).toBeUndefined();
  });

  it('knows what was recorded', () => {
    recent.add(stretch(0, 3), 100);
    expect(since(0)).toEqual([1, 2, 3]);
  });

  it('knows what follows on a position in the middle', () => {
    recent.add(stretch(0, 3), 100);
    recent.add(stretch(3, 6), 100);
    expect(since(4)).toEqual([5, 6]);
  });

  it('knows of nothing after its end', () => {
    recent.add(stretch(0, 3), 100);
    expect(since(3)).toBeUndefined();
  });

  it('knows of nothing before its beginning', () => {
    recent.add(stretch(10, 12), 100);
    expect([since(9), since(10)]).toEqual([undefined, [11, 12]]);
  });

  it('gives at most so many, and tells up to where', () => {
    recent.add(stretch(0, 5), 100);
    expect(recent.pageAfter(position(1), 2)).toMatchObject({
      after: 1,
      through: 3,
      events: [recordedEvent(2), recordedEvent(3)],
    });
  });

  it('gives up to its end when that is not too many', () => {
    recent.add(stretch(0, 5), 100);
    expect(recent.pageAfter(position(3), 2)?.through).toBe(5);
  });

  it('begins anew with what does not join on', () => {
    recent.add(stretch(0, 3), 100);
    recent.add(stretch(7, 9), 100);
    expect([since(0), since(3), since(7)]).toEqual([undefined, undefined, [8, 9]]);
  });

  it('takes nothing twice', () => {
    recent.add(stretch(0, 3), 100);
    recent.add(stretch(0, 3), 100);
    expect(since(0)).toEqual([1, 2, 3]);
  });

  it('drops the oldest when it grows too heavy', () => {
    for (let end = 1; end <= 9; end += 1) recent.add(stretch(end - 1, end), MEBIBYTE);
    expect([since(0), since(8)]).toEqual([undefined, [9]]);
  });

  it('drops the oldest when there are too many', () => {
    recent.add(stretch(0, 16_384), 0);
    recent.add(stretch(16_384, 16_385), 0);
    expect([since(0), since(16_384)]).toEqual([undefined, [16_385]]);
  });

  it('has no gap after it dropped something', () => {
    for (let end = 10; end <= 100; end += 10) recent.add(stretch(end - 10, end), MEBIBYTE);
    const known = Array.from({ length: 100 }, (_, after) => [after, since(after)] as const);
    for (const [after, events] of known.filter(([, each]) => each !== undefined)) {
      expect(events).toEqual(Array.from({ length: 100 - after }, (_, index) => after + index + 1));
    }
  });

  it('keeps one event, however heavy', () => {
    recent.add(stretch(0, 1), 100 * MEBIBYTE);
    expect(since(0)).toEqual([1]);
  });

  describe('with followers', () => {
    it('keeps what one of them has not been given yet', () => {
      const [quick] = [recent.addReader(START), recent.addReader(START)];
      recent.add(stretch(0, 3), 100);
      recent.advance(quick, position(3));
      expect(since(0)).toEqual([1, 2, 3]);
    });

    it('lets go of what all of them have been given', () => {
      const readers = [recent.addReader(START), recent.addReader(START)];
      recent.add(stretch(0, 3), 100);
      for (const reader of readers) recent.advance(reader, position(3));
      expect([since(0), since(2)]).toEqual([undefined, undefined]);
    });

    it('goes on with what comes after that', () => {
      const reader = recent.addReader(START);
      recent.add(stretch(0, 3), 100);
      recent.advance(reader, position(3));
      recent.add(stretch(3, 5), 100);
      expect([since(2), since(3)]).toEqual([undefined, [4, 5]]);
    });

    it('keeps nothing for one that is so far behind that it reads from the store', () => {
      recent.addReader(START);
      const reader = recent.addReader(position(10));
      recent.add(stretch(10, 12), 100);
      recent.advance(reader, position(12));
      expect(since(10)).toBeUndefined();
    });

    it('keeps nothing for one that is no longer there', () => {
      const [quick, gone] = [recent.addReader(START), recent.addReader(START)];
      recent.add(stretch(0, 3), 100);
      recent.advance(quick, position(3));
      recent.removeReader(gone);
      expect(since(0)).toBeUndefined();
    });
  });
});
