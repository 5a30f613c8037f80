/** A consumed event that the chart has no transition for: ignored by default, or a fault of the projection, or of its entity alone. */
import { setup } from 'xstate';
import {
  added,
  cancelled,
  changedOrders,
  opened,
  orderCancelled,
  orderContracts,
  orderPaid,
  orders,
  paid,
} from '../../../test/support/app/orders.js';
import { recordedEvent } from '../../../test/support/recorded-event.js';
import { runEntities } from '../../../test/support/running-entities.js';
import { EventLog } from '../event-log/event-log.js';
import { MemoryStore } from '../stores/memory.store.js';
import { defineProjection, type ProjectionDefinition } from './define-projection.js';

const MESSAGE = 'Error: the state "paid" has no transition for order.item-added, and unhandled is fault';

describe('an entity projection with unhandled: fault', () => {
  let log: EventLog;
  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
  });
  afterEach(() => log.close());

  it('stops at the event, and names state and type', async () => {
    const running = runEntities(changedOrders({ unhandled: 'fault' }), log);
    await log.append([opened('a'), paid('a'), added('a', 5), opened('b')]);
    await running.is('faulted');
    expect(running.told.faults).toMatchObject([{ position: 3, message: MESSAGE }]);
    await running.projection.stop();
  });

  it('stops one entity alone where faultStops says so', async () => {
    const running = runEntities(changedOrders({ unhandled: 'fault', faultStops: 'entity' }), log);
    await log.append([opened('a'), paid('a'), added('a', 5), opened('b')]);
    await running.caughtUp();
    expect(running.projection.count).toEqual({ entities: 2, faulted: 1 });
    expect((await running.projection.find('a'))?.fault).toMatchObject({ position: 3, message: MESSAGE });
    await running.projection.stop();
  });

  it('faults for an entity that is not there', async () => {
    const running = runEntities(changedOrders({ unhandled: 'fault' }), log);
    await log.append([cancelled('nobody')]);
    await running.is('faulted');
    expect(running.told.faults[0]?.message).toContain(
      'the state "unknown" has no transition for order.cancelled',
    );
    await running.projection.stop();
  });

  it('ignores it by default', async () => {
    const running = runEntities(orders, log);
    await log.append([opened('a'), paid('a'), added('a', 5)]);
    await running.caughtUp();
    expect(running.projection.count).toEqual({ entities: 1, faulted: 0 });
    await running.projection.stop();
  });
});

describe('unhandled', () => {
  const machine = setup({ guards: { never: () => false } }).createMachine({
    id: 'm',
    type: 'parallel',
    states: {
      one: { initial: 'x', states: { x: { on: { 'order.paid': { guard: 'never', target: 'y' } } }, y: {} } },
      two: { initial: 'x', states: { x: { on: { 'order.opened': {} } } } },
    },
  });
  const define = (change: object = {}): ProjectionDefinition =>
    defineProjection({
      name: 'm',
      machine,
      consumes: orderContracts,
      view: () => ({}),
      ...change,
    });
  const step = ({ fold }: ProjectionDefinition, type: string): unknown =>
    fold.step(fold.initial, recordedEvent(1, { type }));

  it('is no event with a transition whose guard says no, nor with one that does nothing', () => {
    const strict = define({ unhandled: 'fault' });
    for (const type of ['order.paid', 'order.opened']) expect(step(strict, type)).toBe(strict.fold.initial);
    expect(() => step(strict, 'order.cancelled')).toThrow(
      'the state {"one":"x","two":"x"} has no transition for order.cancelled',
    );
  });

  it('is no event that a wildcard takes, or that is forbidden', () => {
    const wild = setup({}).createMachine({
      id: 'w',
      initial: 'a',
      states: { a: { on: { 'order.paid': undefined, 'order.item-added': {} } } },
      on: { 'order.*': {} },
    });
    const strict = define({ machine: wild, unhandled: 'fault' });
    for (const { type } of orderContracts) expect(step(strict, type)).toBe(strict.fold.initial);
  });

  it('is ignored by default, and the states of both are not used for each other', () => {
    const lenient = define();
    expect(step(lenient, orderCancelled.type)).toBe(lenient.fold.initial);
    expect(define().fingerprint).toBe(define({ unhandled: 'ignore' }).fingerprint);
    expect(define().fingerprint).not.toBe(define({ unhandled: 'fault' }).fingerprint);
    expect(orders.fingerprint).not.toBe(changedOrders({ unhandled: 'fault' }).fingerprint);
  });

  it('is ignore or fault', () => {
    expect(() => define({ unhandled: orderPaid.type })).toThrow(
      'projection m: unhandled is ignore or fault, not "order.paid"',
    );
  });
});
