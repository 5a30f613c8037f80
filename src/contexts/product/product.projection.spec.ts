import fc from 'fast-check';
import {
  anyNumberEvents,
  recorded,
  type NumberEvent,
} from '../../../test/hello-world/support/number-events.js';
import { given } from '../../runtime/testing/index.js';
import type { View } from '../../runtime/projection/define-projection.js';
import type { FoldState } from '../../runtime/fold/fold-state.js';
import { numberRecorded } from '../numbers/numbers.events.js';
import type { ProductContext } from './product.machine.js';
import { product } from './product.projection.js';
import { shownProduct } from './product.view.js';

const { fold } = product;

const number = (value: string): ReturnType<typeof numberRecorded.create> => numberRecorded.create({ value });

const viewAfter = (...events: readonly NumberEvent[]): View =>
  product.view(events.reduce((state, event) => fold.step(state, event), fold.initial));

/** Up to the first event that the fold refuses, where the projection would stop. */
function foldedAsFarAsPossible(events: readonly NumberEvent[]): FoldState<ProductContext> {
  let state = fold.initial;
  try {
    for (const event of events) state = fold.step(state, event);
  } catch {
    return state;
  }
  return state;
}

const longest = 10n ** 10_000n - 1n;

describe('what is answered about the product', () => {
  it('is the exact value, its state and the count', () => {
    given([number('3'), number('-5')]).expectView(product, { value: '-15', state: 'nonzero', count: 2 });
  });

  it('is 1 before the first number', () => {
    given([]).expectView(product, { value: '1', state: 'nonzero', count: 0 });
  });

  it('is 0 and says so when there is a zero', () => {
    given([number('3'), number('0')]).expectView(product, { value: '0', state: 'zero', count: 2 });
  });

  it.each([longest, -longest])('is the exact value up to 10,000 digits', (value) => {
    expect(viewAfter(recorded(value))).toEqual({ value: String(value), state: 'nonzero', count: 1 });
  });

  it.each<[string, bigint, string]>([
    ['positive', longest + 1n, '1.00e+10000'],
    ['negative', -longest - 1n, '-1.00e+10000'],
  ])('is its size and a link to the exact value from 10,001 digits on: %s', (_, value, approximate) => {
    expect(viewAfter(recorded(value))).toEqual({
      approximate,
      digits: 10_001,
      exact: '/product/value',
      state: 'nonzero',
      count: 1,
    });
  });

  it('is 0, and exact, when a zero hides a long product', () => {
    expect(viewAfter(recorded(longest + 1n), recorded(0))).toMatchObject({ value: '0', count: 2 });
  });

  it('can be told of whatever the log holds, also of retractions of what was never recorded', () => {
    fc.assert(
      fc.property(anyNumberEvents, (events) => {
        const state = foldedAsFarAsPossible(events);
        expect(() => product.view(state)).not.toThrow();
      }),
    );
  });

  it('is an approximation without a link past what is computed, and multiplies nothing for it', () => {
    const factor = `1${'0'.repeat(999)}`;
    const many = Array.from({ length: 600 }, () => recorded(BigInt(factor)));
    expect(viewAfter(...many, recorded(-2))).toEqual({
      approximate: '-2.00e+599400',
      digits: 599_401,
      state: 'nonzero',
      count: 601,
    });
    const { context } = many.reduce((state, event) => fold.step(state, event), fold.initial);
    const longest = Math.max(...context.factors.row.map(({ product }) => product.toString(16).length));
    expect(longest * 4 * Math.log10(2)).toBeLessThan(100_010);
  });

  it('is the magnitude of a long product in the text, too', () => {
    const { context } = fold.step(fold.initial, recorded(longest + 1n));
    expect(shownProduct(context)).toEqual({ approximate: '1.00e+10000', digits: 10_001 });
  });
});
