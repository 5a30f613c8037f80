/** A state comes back from its column as it was, whatever it holds. */
import { bytesOf, keptState, stateOf } from './entity-state.js';

const asColumn = (kept: string | Buffer): string | ArrayBuffer =>
  typeof kept === 'string' ? kept : new Uint8Array(kept).buffer;

describe('a kept state', () => {
  it.each([
    ['JSON', { total: 5, items: ['a', { b: null }], isOpen: true }, true],
    ['an integer of any size', { total: 12345678901234567890n }, false],
    ['a map', { by: new Map([['a', 1]]) }, false],
    ['a date', { at: new Date(5) }, false],
    ['a member that is undefined', { opened: undefined }, false],
    ['minus zero', { total: -0 }, false],
    ['a lone surrogate', { text: '\ud800' }, false],
    ['nothing', {}, true],
  ])('of %s is the same again', (_, context, isText) => {
    const state = { value: { one: 'open', other: 'empty' }, context };
    const kept = keptState(state);
    expect(typeof kept === 'string').toBe(isText);
    expect(stateOf(asColumn(kept))).toStrictEqual(state);
    expect(bytesOf(kept)).toBeGreaterThan(0);
  });
});
