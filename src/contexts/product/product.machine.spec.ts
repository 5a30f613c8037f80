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
import { foldOf } from '../../runtime/fold/fold.js';
import { productIn, productMachine, type ProductContext } from './product.machine.js';

const fold = foldOf<ProductContext>(productMachine);

const after = (...events: readonly NumberEvent[]): FoldState<ProductContext> =>
  events.reduce((state, event) => fold.step(state, event), fold.initial);

const productAfter = (...events: readonly NumberEvent[]): bigint => productIn(after(...events).context);

describe('the product', () => {
  it('is 1 before the first number', () => {
    expect(after().value).toBe('nonzero');
    expect(productAfter()).toBe(1n);
  });

  it('is 2 after 1, 1, 1, 1, 2', () => {
    expect(productAfter(...[1, 1, 1, 1, 2].map((value) => recorded(value)))).toBe(2n);
  });

  it('is what it was before once a number is retracted', () => {
    expect(productAfter(recorded(5), recorded(-7), retracted(5))).toBe(-7n);
  });

  it('is 1 again when everything is retracted', () => {
    expect(productAfter(recorded(5), recorded(7), retracted(7), retracted(5))).toBe(1n);
  });

  it('counts the numbers that survive, zeros among them', () => {
    expect(after(recorded(5), recorded(0), recorded(3), retracted(5)).context.count).toBe(2);
  });

  it('is that of the surviving numbers', () => {
    fc.assert(
      fc.property(possibleNumberEvents, (events) => {
        const reference = referenceOf(events);
        const { context, value } = after(...events);
        expect(productIn(context)).toBe(reference.product);
        expect(context.count).toBe(reference.count);
        expect(value).toBe(reference.product === 0n ? 'zero' : 'nonzero');
      }),
      { numRuns: 300 },
    );
  });
});

describe('zeros', () => {
  it('make the product zero', () => {
    expect(after(recorded(5), recorded(0)).value).toBe('zero');
    expect(productAfter(recorded(5), recorded(0))).toBe(0n);
  });

  it('are counted, not multiplied: what is recorded meanwhile is there when the last one is retracted', () => {
    expect(productAfter(recorded(5), recorded(0), recorded(7), retracted(0))).toBe(35n);
  });

  it('keep the product zero until the last one is retracted', () => {
    const events = [recorded(5), recorded(0), recorded(0), retracted(0)];
    expect(after(...events).value).toBe('zero');
    expect(after(...events, retracted(0)).value).toBe('nonzero');
    expect(productAfter(...events, retracted(0))).toBe(5n);
  });

  it('do not hinder a factor from being retracted', () => {
    expect(productAfter(recorded(5), recorded(7), recorded(0), retracted(5), retracted(0))).toBe(7n);
  });
});

describe('the fold of the product', () => {
  it('equals XState at every step, whatever the events, also from a snapshot', () => {
    fc.assert(
      fc.property(anyNumberEvents, (events) => {
        const steps = stepsOfXState(productMachine, events);
        expect(stepsOfFold(fold, events)).toEqual(steps);
        expect(stepsOfFold(fold, events, restored)).toEqual(steps);
        expect(acceptedByFold(fold, events)).toEqual(acceptedByXState(productMachine, events));
      }),
    );
  });
});
