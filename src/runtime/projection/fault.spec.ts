/** Why a projection stopped, and where. */
import { recordedEvent } from '../../../test/support/recorded-event.js';
import { EventUnreadable, LogDamaged, StoreUnavailable } from '../event-log/errors.js';
import { position } from '../event-log/event.js';
import { faultOf, describeProjectionFault } from './fault.js';
import { FoldFailed } from './folding.js';

const since = new Date('2026-01-31T12:00:00Z');

const event = recordedEvent(17);

describe('a fault', () => {
  it('in an event names the event and what was thrown', () => {
    const error = new RangeError('too much');
    const fault = faultOf(new FoldFailed(position(17), event, error), position(16), since);
    expect(fault).toEqual({ position: 17, error, message: 'RangeError: too much', since, event });
    expect(describeProjectionFault('sum', fault)).toBe(
      'sum stopped at position 17: it cannot fold the number.recorded there (RangeError: too much)',
    );
  });

  it.each<[string, Error, number]>([
    ['an event of a newer revision', new EventUnreadable(event, 'but this version knows revision 1.'), 17],
    ['a damaged log', new LogDamaged(19, 'its hash does not fit'), 19],
    ['a store that is away', new StoreUnavailable(), 13],
    ['something damaged that was read before', new LogDamaged(2, 'its hash does not fit'), 13],
  ])('of the log has no event that could be skipped: %s', (_what, error, at) => {
    const fault = faultOf(error, position(12), since);
    expect(fault).toEqual({ position: at, error, message: `${error.name}: ${error.message}`, since });
    expect(describeProjectionFault('sum', fault)).toContain(
      `sum stopped before position ${at}: it cannot go on reading the log`,
    );
  });
});
