import fc from 'fast-check';
import {
  anyNumberEvents,
  recorded,
  retracted,
  type NumberEvent,
} from '../../../test/hello-world/support/number-events.js';
import {
  acceptedByFold,
  acceptedByXState,
  restored,
  stepsOfFold,
  stepsOfXState,
} from '../../../test/support/stepwise.js';
import type { FoldState } from '../../runtime/fold/fold-state.js';
import { foldOf } from '../../runtime/fold/fold.js';
import { numberMachine, type NumberContext } from './number.machine.js';

const fold = foldOf<NumberContext>(numberMachine);

const after = (...events: readonly NumberEvent[]): FoldState<NumberContext> =>
  events.reduce((state, event) => fold.step(state, event), fold.initial);

const accepts = (state: FoldState<NumberContext>): readonly string[] =>
  ['number.recorded', 'number.retracted'].filter((type) => fold.accepts(state, { type }));

describe('a number', () => {
  it('is unknown at first, and can be recorded', () => {
    expect(after().value).toBe('unknown');
    expect(accepts(after())).toEqual(['number.recorded']);
  });

  it('is recorded with its value and the time, and can be retracted', () => {
    const state = after(recorded(5));
    expect(state).toEqual({
      value: 'recorded',
      context: { recorded: { value: '5', time: '2026-01-31T12:00:00.000Z' }, retraction: undefined },
    });
    expect(accepts(state)).toEqual(['number.retracted']);
  });

  it('is retracted with where, when and why, and that is final', () => {
    const state = after(recorded(5), retracted(5, { at: 7, reason: 'mistyped' }));
    expect(state.value).toBe('retracted');
    expect(state.context.recorded).toEqual({ value: '5', time: '2026-01-31T12:00:00.000Z' });
    expect(state.context.retraction).toEqual({
      position: 7,
      time: '2026-01-31T12:00:00.000Z',
      reason: 'mistyped',
    });
    expect(accepts(state)).toEqual([]);
  });

  it('is not retracted twice', () => {
    const once = after(recorded(5), retracted(5, { at: 7 }));
    expect(fold.step(once, retracted(5, { at: 8 }))).toBe(once);
  });

  it('is not retracted before it is recorded', () => {
    expect(after(retracted(5)).value).toBe('unknown');
  });
});

describe('the fold of a number', () => {
  it('equals XState at every step, whatever the events, also from a snapshot', () => {
    fc.assert(
      fc.property(anyNumberEvents, (events) => {
        const steps = stepsOfXState(numberMachine, events);
        expect(stepsOfFold(fold, events)).toEqual(steps);
        expect(stepsOfFold(fold, events, restored)).toEqual(steps);
        expect(acceptedByFold(fold, events)).toEqual(acceptedByXState(numberMachine, events));
      }),
    );
  });
});
