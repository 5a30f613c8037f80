import fc from 'fast-check';
import {
  anyNumberEvents,
  possibleNumberEvents,
  recorded,
  retracted,
  type NumberEvent,
} from '../../../test/hello-world/support/number-events.js';
import { referenceOf } from '../../../test/hello-world/support/numbers-reference.js';
import {
  acceptedByFold,
  acceptedByXState,
  restored,
  stepsOfFold,
  stepsOfXState,
} from '../../../test/support/stepwise.js';
import type { FoldState } from '../../runtime/fold/fold-state.js';
import { given } from '../../runtime/testing/index.js';
import { foldOf } from '../../runtime/fold/fold.js';
import { numberRecorded } from '../numbers/numbers.events.js';
import { sumMachine, type SumContext } from './sum.machine.js';
import { sum } from './sum.projection.js';

const fold = foldOf<SumContext>(sumMachine);

const after = (...events: readonly NumberEvent[]): FoldState<SumContext> =>
  events.reduce((state, event) => fold.step(state, event), fold.initial);

describe('the sum', () => {
  it('is empty and zero before the first number', () => {
    expect(after()).toEqual({ value: 'empty', context: { total: 0n, count: 0 } });
  });

  it('is 6 after 1, 1, 1, 1, 2', () => {
    expect(after(...[1, 1, 1, 1, 2].map((value) => recorded(value)))).toEqual({
      value: 'counting',
      context: { total: 6n, count: 5 },
    });
  });

  it('is what it was before once a number is retracted', () => {
    expect(after(recorded(5), recorded(-7), retracted(5)).context).toEqual({ total: -7n, count: 1 });
  });

  it('goes on counting when everything is retracted', () => {
    expect(after(recorded(5), retracted(5))).toEqual({ value: 'counting', context: { total: 0n, count: 0 } });
  });

  it('is exact beyond what a double holds', () => {
    const large = 10n ** 999n;
    expect(after(recorded(large), recorded(1)).context.total).toBe(large + 1n);
  });

  it('is that of the surviving numbers', () => {
    fc.assert(
      fc.property(possibleNumberEvents, (events) => {
        const reference = referenceOf(events);
        expect(after(...events).context).toEqual({ total: reference.sum, count: reference.count });
      }),
    );
  });

  it('is answered with as a decimal string, with its state and count', () => {
    const numbers = [10n ** 20n, -1n].map((value) => numberRecorded.create({ value: String(value) }));
    given(numbers).expectView(sum, { value: '99999999999999999999', state: 'counting', count: 2 });
  });
});

describe('the fold of the sum', () => {
  it('equals XState at every step, whatever the events, also from a snapshot', () => {
    fc.assert(
      fc.property(anyNumberEvents, (events) => {
        const steps = stepsOfXState(sumMachine, events);
        expect(stepsOfFold(fold, events)).toEqual(steps);
        expect(stepsOfFold(fold, events, restored)).toEqual(steps);
        expect(acceptedByFold(fold, events)).toEqual(acceptedByXState(sumMachine, events));
      }),
    );
  });
});
