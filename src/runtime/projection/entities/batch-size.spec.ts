/** A batch is bounded by the time for which it holds the serving thread. */
import { BatchSize } from './batch-size.js';

/** How many entities fit in. */
function most(size: BatchSize): number {
  let entities = 1;
  while (!size.isFull({ events: 0, bytes: 0, entities })) entities += 1;
  return entities;
}

describe('the size of a batch', () => {
  it('is 4,000 events or 64 MiB at most', () => {
    const size = new BatchSize();
    expect(size.isFull({ events: 3999, entities: 3999, bytes: 1000 })).toBe(false);
    expect(size.isFull({ events: 4000, entities: 1, bytes: 1000 })).toBe(true);
    expect(size.isFull({ events: 1, entities: 1, bytes: 64 * 1024 * 1024 })).toBe(true);
  });

  it('shrinks at once to what holds the thread for 25 ms', () => {
    const size = new BatchSize();
    size.note(4000, 200);
    expect(most(size)).toBe(500);
  });

  it('grows again step by step', () => {
    const size = new BatchSize();
    size.note(4000, 200);
    size.note(500, 5);
    expect(most(size)).toBe(750);
    size.note(750, 5);
    expect(most(size)).toBe(1125);
  });

  it('is never so small that it stands still, and takes nothing from a few entities', () => {
    const size = new BatchSize();
    size.note(4000, 60_000);
    expect(most(size)).toBe(50);
    const other = new BatchSize();
    other.note(1, 60_000);
    expect(most(other)).toBe(4000);
  });
});
