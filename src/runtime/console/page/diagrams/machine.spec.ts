/** What is read from a machine. */
import { isFor, itemFor, titleOf, transitionText, type MachineState } from './machine.js';

function stateOn(...events: readonly string[]): MachineState {
  const transitions = events.map((event) => ({ event, targets: [] }));
  return { path: 'a', parent: '', type: 'atomic', initial: true, transitions };
}

describe('a machine', () => {
  it.each([
    ['order.*', 'order.paid', true],
    ['order.*', 'orders.paid', false],
    ['*', 'order.paid', true],
    ['order.paid', 'order.paid', true],
    ['order.paid', 'order.paid.twice', false],
  ])('with a transition for %s takes %s: %s', (descriptor, type, takes) => {
    expect(isFor(descriptor, type)).toBe(takes);
  });

  it('is asked about by its types; about all events where one is a wildcard', () => {
    expect(itemFor([stateOn('a', ''), stateOn('a', 'b')])).toEqual({ types: ['a', 'b'] });
    expect(itemFor([stateOn('a', 'b.*')])).toEqual({});
    expect(itemFor([])).toEqual({});
  });

  it('has states and transitions with names', () => {
    expect(titleOf({ path: 'open.till.idle' }, 'shop')).toBe('idle');
    expect(titleOf({ path: '' }, 'shop')).toBe('shop');
    expect(transitionText({ event: '', guard: 'isCold', targets: [] })).toBe('always [isCold]');
  });
});
