/** The past of an entity, made of its events and of what it was after each. */
import type { ClientEvent } from '../../../../client/index.js';
import { stepsOf } from './past-steps.js';

const event = (position: number, type: string): ClientEvent => ({
  position,
  type,
  revision: 1,
  tags: [],
  data: {},
  time: 't',
  commit: 'c',
  metadata: {},
});
const point = (position: number, view?: object): { position: number; time: string; type: string } => ({
  position,
  time: 't',
  type: 'order.paid',
  ...(view === undefined ? { forgotten: true } : { view }),
});

describe('the past of an entity', () => {
  it('has its events, newest first, with what each has changed', () => {
    const steps = stepsOf(
      [event(2, 'order.opened'), event(5, 'order.paid')],
      [point(2, { status: 'open' }), point(5, { status: 'paid' })],
      true,
    );
    expect(steps.map(({ position, changes }) => [position, changes])).toEqual([
      [5, [{ path: 'status', before: 'open', after: 'paid' }]],
      [2, [{ path: 'status', after: 'open' }]],
    ]);
  });

  it('does not say what the first of a later page has changed', () => {
    const [second, first] = stepsOf([], [point(5, { a: 1 }), point(6, { a: 2 })], false);
    expect([first?.changes, second?.changes]).toEqual([undefined, [{ path: 'a', before: 1, after: 2 }]]);
  });

  it('begins anew after what ended it', () => {
    const [again, end] = stepsOf([], [point(1, { a: 1 }), point(2), point(3, { a: 1 })], true);
    expect(end).toMatchObject({ isForgotten: true });
    expect(again?.changes).toEqual([{ path: 'a', after: 1 }]);
  });

  it('has events alone where nothing is kept of what was', () => {
    expect(stepsOf([event(7, 'number.recorded')], [], true)).toEqual([
      {
        position: 7,
        type: 'number.recorded',
        time: 't',
        event: event(7, 'number.recorded'),
        isForgotten: false,
      },
    ]);
  });
});
