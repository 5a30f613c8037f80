/** A fold on its way through the log, and the digest of what it folded. */
import fc from 'fast-check';
import { recordedEvent } from '../../../test/support/recorded-event.js';
import { position, type RecordedEvent } from '../event-log/event.js';
import type { Fold } from '../fold/fold-state.js';
import { FoldFailed, Folding, beginning } from './folding.js';
import { digestText } from './snapshots/rolling-digest.js';

const event = (at: number, type = 'number.recorded', part?: number): RecordedEvent =>
  recordedEvent(at, { type, ...(part !== undefined && { part }) });

const counted: Fold<number> = {
  initial: { value: 's', context: 0 },
  awaits: new Set(),
  accepts: () => true,
  step: ({ value, context }, { type }) => {
    if (type === 'number.broken') throw new RangeError('broken');
    return { value, context: context + 1 };
  },
};

const folded = (events: readonly RecordedEvent[], skipped: readonly number[] = []): Folding<number> => {
  const folding = new Folding(counted, beginning(counted), new Set(skipped.map(position)));
  folding.take({ events, through: events.at(-1)?.position ?? position(0) });
  return folding;
};

const digestOf = (...events: readonly RecordedEvent[]): string => digestText(folded(events).folded.digest);

describe('a fold on its way', () => {
  it('stands where the page ends, also when nothing in it was meant', () => {
    const folding = new Folding(counted);
    folding.take({ events: [event(2)], through: position(5) });
    folding.take({ events: [], through: position(9) });
    expect(folding.folded).toMatchObject({ position: 9, state: { context: 1 } });
  });

  it('is the same however the pages are cut, and from wherever it goes on', () => {
    const events = Array.from({ length: 30 }, (_, index) => event(index + 1));
    const whole = folded(events).folded;
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), (one, other) => {
        const cuts = [Math.min(one, other), Math.max(one, other), 30];
        let from = beginning(counted);
        for (const [index, cut] of cuts.entries()) {
          const folding = new Folding(counted, structuredClone(from));
          folding.take({ events: events.slice(cuts[index - 1] ?? 0, cut), through: position(cut) });
          from = folding.folded;
        }
        expect(from).toEqual(whole);
      }),
    );
  });

  it('stops before an event that cannot be folded, whole, and names it', () => {
    const folding = new Folding(counted);
    const events = [event(1), event(4, 'number.recorded', 1), event(4, 'number.broken', 2), event(5)];
    expect(() => {
      folding.take({ events, through: position(5) });
    }).toThrow(new FoldFailed(position(4), events[1], new RangeError('broken')));
    expect(folding.folded).toEqual({ ...folded([event(1)]).folded, position: 3 });
  });

  it('passes over what it is told to, without a mark in the digest', () => {
    const events = [event(1), event(2, 'number.broken'), event(3)];
    const passing = folded(events, [2]).folded;
    expect(passing).toMatchObject({ position: 3, state: { context: 2 } });
    expect(passing.digest).toEqual(folded([event(1), event(3)]).folded.digest);
  });
});

describe('the digest of what was folded', () => {
  it('is that of these events in this order, and of no other', () => {
    const digests = [
      digestOf(),
      digestOf(event(1)),
      digestOf(event(2)),
      digestOf(event(2 ** 32 + 1)),
      digestOf(event(1), event(2)),
      digestOf(event(1, 'number.retracted')),
      digestOf({ ...event(1), revision: 2 }),
      digestOf(event(1, 'number.recorded', 1)),
      digestOf(event(1, 'number.recorded', 1), event(1, 'number.recorded', 2)),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('differs for any two sets of positions, out of many', () => {
    const digests = new Set<string>();
    for (let mask = 0; mask < 4096; mask += 1) {
      digests.add(
        digestOf(
          ...Array.from({ length: 12 }, (_, bit) => bit).flatMap((bit) =>
            mask & (1 << bit) ? [event(bit + 1)] : [],
          ),
        ),
      );
    }
    expect(digests.size).toBe(4096);
  });

  it('is sixteen hexadecimal digits, the same in every version', () => {
    expect(digestOf(event(1), event(2, 'number.retracted'))).toBe('ff6c2d2b3190c10d');
  });
});
