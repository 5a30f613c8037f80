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

describe('the tail', () => {
  let tail: RecentEvents;
  const since = (after: number, limit = 100): readonly number[] | undefined =>
    tail.since(position(after), limit)?.events.map((each) => each.position);

  beforeEach(() => {
    tail = new RecentEvents();
  });

  it('knows nothing at first', () => {
    expect(since(0)).toBeUndefined();
  });

  it('knows what was recorded', () => {
    tail.add(stretch(0, 3), 100);
    expect(since(0)).toEqual([1, 2, 3]);
  });

  it('knows what follows on a position in the middle', () => {
    tail.add(stretch(0, 3), 100);
    tail.add(stretch(3, 6), 100);
    expect(since(4)).toEqual([5, 6]);
  });

  it('knows of nothing after its end', () => {
    tail.add(stretch(0, 3), 100);
    expect(since(3)).toBeUndefined();
  });

  it('knows of nothing before its beginning', () => {
    tail.add(stretch(10, 12), 100);
    expect([since(9), since(10)]).toEqual([undefined, [11, 12]]);
  });

  it('gives at most so many, and tells up to where', () => {
    tail.add(stretch(0, 5), 100);
    expect(tail.since(position(1), 2)).toMatchObject({
      after: 1,
      through: 3,
      events: [recordedEvent(2), recordedEvent(3)],
    });
  });

  it('gives up to its end when that is not too many', () => {
    tail.add(stretch(0, 5), 100);
    expect(tail.since(position(3), 2)?.through).toBe(5);
  });

  it('begins anew with what does not join on', () => {
    tail.add(stretch(0, 3), 100);
    tail.add(stretch(7, 9), 100);
    expect([since(0), since(3), since(7)]).toEqual([undefined, undefined, [8, 9]]);
  });

  it('takes nothing twice', () => {
    tail.add(stretch(0, 3), 100);
    tail.add(stretch(0, 3), 100);
    expect(since(0)).toEqual([1, 2, 3]);
  });

  it('drops the oldest when it grows too heavy', () => {
    for (let end = 1; end <= 9; end += 1) tail.add(stretch(end - 1, end), MEBIBYTE);
    expect([since(0), since(8)]).toEqual([undefined, [9]]);
  });

  it('drops the oldest when there are too many', () => {
    tail.add(stretch(0, 16_384), 0);
    tail.add(stretch(16_384, 16_385), 0);
    expect([since(0), since(16_384)]).toEqual([undefined, [16_385]]);
  });

  it('has no gap after it dropped something', () => {
    for (let end = 10; end <= 100; end += 10) tail.add(stretch(end - 10, end), MEBIBYTE);
    const known = Array.from({ length: 100 }, (_, after) => [after, since(after)] as const);
    for (const [after, events] of known.filter(([, each]) => each !== undefined)) {
      expect(events).toEqual(Array.from({ length: 100 - after }, (_, index) => after + index + 1));
    }
  });

  it('keeps one event, however heavy', () => {
    tail.add(stretch(0, 1), 100 * MEBIBYTE);
    expect(since(0)).toEqual([1]);
  });

  describe('with followers', () => {
    it('keeps what one of them has not been given yet', () => {
      const [quick] = [tail.enter(START), tail.enter(START)];
      tail.add(stretch(0, 3), 100);
      tail.move(quick, position(3));
      expect(since(0)).toEqual([1, 2, 3]);
    });

    it('lets go of what all of them have been given', () => {
      const places = [tail.enter(START), tail.enter(START)];
      tail.add(stretch(0, 3), 100);
      for (const place of places) tail.move(place, position(3));
      expect([since(0), since(2)]).toEqual([undefined, undefined]);
    });

    it('goes on with what comes after that', () => {
      const place = tail.enter(START);
      tail.add(stretch(0, 3), 100);
      tail.move(place, position(3));
      tail.add(stretch(3, 5), 100);
      expect([since(2), since(3)]).toEqual([undefined, [4, 5]]);
    });

    it('keeps nothing for one that is so far behind that it reads from the store', () => {
      tail.enter(START);
      const place = tail.enter(position(10));
      tail.add(stretch(10, 12), 100);
      tail.move(place, position(12));
      expect(since(10)).toBeUndefined();
    });

    it('keeps nothing for one that is no longer there', () => {
      const [quick, gone] = [tail.enter(START), tail.enter(START)];
      tail.add(stretch(0, 3), 100);
      tail.move(quick, position(3));
      tail.leave(gone);
      expect(since(0)).toBeUndefined();
    });
  });
});
