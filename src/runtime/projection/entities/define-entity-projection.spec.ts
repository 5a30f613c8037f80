/** What an entity projection may not be is refused when it is defined or added, by name. */
import { setup } from 'xstate';
import { changedOrders, itemAdded, orderContracts, orders } from '../../../../test/support/app/orders.js';
import { EventLog } from '../../event-log/event-log.js';
import type { RecordedEvent } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { ProjectionHost } from '../projection-host.js';
import { NoSnapshots } from '../snapshots/snapshot-store.js';

const event = { type: itemAdded.type, data: { order: 'a', cents: 5 } } as unknown as RecordedEvent;

describe('the definition of an entity projection', () => {
  it.each([
    ['a name that is reserved', { name: 'events' }, '/events is where the runtime serves its own'],
    ['an event that it does not consume', { consumes: orderContracts.slice(1) }, 'reacts to order.opened'],
    [
      'a kind that there is not',
      { index: { status: 'word' } },
      'there is no kind "word"; there are text, integer',
    ],
    [
      'a member called as a parameter',
      { index: { sort: 'text' } },
      'a list has a parameter or member of that name',
    ],
    ['a member called key', { index: { key: 'text' } }, 'a list has a parameter or member of that name'],
    [
      'a member that differs from key in case only',
      { index: { Key: 'text' } },
      'a list has a parameter or member of that name',
    ],
    [
      'a member called as a column of entity_list',
      { index: { json: 'text' } },
      'a list has a parameter or member of that name',
    ],
    ['a member with a dot', { index: { 'a.b': 'text' } }, 'letters, digits and underscores'],
    ['members that differ in case', { index: { status: 'text', Status: 'text' } }, 'differ only in case'],
    [
      'a compound of what is not indexed',
      { compound: [['status', 'nothing']] },
      'compound: nothing is not in index',
    ],
    ['a compound of one', { compound: [['status']] }, 'name two members or more'],
    ['a compound that names a member twice', { compound: [['status', 'status']] }, 'names a member twice'],
    [
      'a scope of faults that there is not',
      { faultStops: 'all' },
      'faultStops is projection or entity, not "all"',
    ],
    ['a version that is none', { version: 0 }, 'a version is a whole number from 1'],
  ])('is refused with %s', (_, change, message) => {
    expect(() => changedOrders(change)).toThrow(message);
  });

  it.each([
    ['no text', 5 as unknown as string, 'a string, not number'],
    ['an empty one', '', '1 to 255 characters, not 0'],
    ['a long one', 'x'.repeat(10_000), '1 to 255 characters, not 10000'],
    ['one with NUL', 'a\0', 'without NUL'],
    ['a lone surrogate', '\ud800', 'well-formed Unicode'],
  ])('refuses a key that is %s', (_, key, message) => {
    expect(() => changedOrders({ key: () => key }).keysOf(event)).toThrow(message);
  });

  it('takes no key, one and several, each once', () => {
    expect(changedOrders({ key: () => undefined }).keysOf(event)).toEqual([]);
    expect(orders.keysOf(event)).toEqual(['a']);
    expect(changedOrders({ key: () => ['a', 'b', 'a'] }).keysOf(event)).toEqual(['a', 'b']);
  });

  it('is refused with a state to forget that is not a final one at the top', () => {
    const machine = setup({}).createMachine({
      id: 'order',
      initial: 'open',
      states: {
        open: { on: { 'order.paid': 'paid' } },
        paid: { initial: 'done', states: { done: { type: 'final', meta: { forget: true } } } },
      },
    });
    expect(() => changedOrders({ machine })).toThrow(
      'order.paid.done has forget; only a final state at the top of the machine can',
    );
  });

  it('has no members in its view that are added to each answer', () => {
    const state = { value: 'open', context: {} } as never;
    const view = (): object => ({ key: 1, position: 2, faultAt: 3, total: '5' });
    expect(changedOrders({ view }).view(state, 'a')).toEqual({ total: '5' });
  });

  it.each([[undefined], [[]], ['text'], [new Date(0)]])('refuses a view that is %p', (view) => {
    const state = { value: 'open', context: {} } as never;
    expect(() => changedOrders({ view: () => view }).view(state, 'a')).toThrow('the view is to be an object');
  });

  it('may not share its name with another projection', () => {
    const settings = { snapshotsOf: () => new NoSnapshots(), pace: { every: 1000 } };
    const host = new ProjectionHost(new EventLog(new MemoryStore()), undefined, settings);
    host.addEntities(orders);
    expect(() => host.addEntities(changedOrders({ version: 2 }))).toThrow(
      'there are two projections named orders',
    );
    expect(() => host.add({ ...orders, view: () => ({}) })).toThrow('there are two projections named orders');
  });
});
