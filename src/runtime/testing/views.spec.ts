/** given events, the views of projections and entities, and what upcasters make of events. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { bookedOnce, cateringOrdered, roomBooked } from '../../../test/guides/evolution/many.js';
import { roomBooked as bookedByMinutes } from '../../../test/guides/evolution/second.js';
import {
  accountMachine,
  accountOpened,
  contracts,
  moneyDeposited,
} from '../../../test/guides/write-side/accounts.js';
import { defineEvent, type RecordedOf } from '../event-log/contracts/event-contract.js';
import { defineProjection } from '../projection/define-projection.js';
import { defineEntityProjection, type FaultScope } from '../projection/entities/define-entity-projection.js';
import { exampleOf, given, inRevision } from './index.js';

const balance = defineProjection({
  name: 'balance',
  machine: accountMachine,
  consumes: contracts,
  view: ({ value, context }) => ({ state: value, cents: context.cents }),
});

const opened = (account: string): ReturnType<typeof accountOpened.create> =>
  accountOpened.create({ account });
const deposited = (account: string, cents: number): ReturnType<typeof moneyDeposited.create> =>
  moneyDeposited.create({ account, cents });

const balances = defineEntityProjection({
  name: 'balances',
  machine: accountMachine,
  consumes: contracts,
  key: ({ data }) => data.account,
  view: ({ value, context }) => ({ state: value, cents: context.cents }),
  index: { cents: 'number' },
});

const taskAdded = defineEvent({
  type: 'task.added',
  schema: z.strictObject({ task: z.string(), hours: z.int() }),
  examples: [{ data: { task: 't', hours: 2 } }],
});
const taskRemoved = defineEvent({ type: 'task.removed', schema: z.strictObject({ task: z.string() }) });

const tasks = (faultStops: FaultScope): ReturnType<typeof defineEntityProjection> =>
  defineEntityProjection({
    name: 'tasks',
    machine: setup({
      types: {
        context: {} as { readonly hours: number },
        events: {} as RecordedOf<typeof taskAdded> | RecordedOf<typeof taskRemoved>,
      },
      actions: {
        add: assign({
          hours: ({ context, event }) => {
            if (event.type === 'task.removed') return context.hours;
            if (event.data.hours < 0) throw new Error('time does not run back');
            return context.hours + event.data.hours;
          },
        }),
      },
    }).createMachine({
      context: { hours: 0 },
      initial: 'open',
      states: {
        open: { on: { 'task.added': { actions: 'add' }, 'task.removed': 'removed' } },
        removed: { type: 'final', meta: { forget: true } },
      },
    }),
    consumes: [taskAdded, taskRemoved],
    key: ({ data }) => data.task,
    view: ({ context }) => ({ hours: context.hours }),
    faultStops,
  }) as never;

const added = (task: string, hours: number): ReturnType<typeof taskAdded.create> =>
  taskAdded.create({ task, hours });

describe('a projection', () => {
  it('is given events, and answers with a view', () => {
    given([]).expectView(balance, { state: 'unknown', cents: 0 });
    given([opened('a'), deposited('a', 5)]).expectView(balance, { state: 'open', cents: 5 });
  });

  it('is shown member by member where it answers with another', () => {
    expect(() => {
      given([opened('a'), deposited('a', 5)]).expectView(balance, { state: 'open', cents: 6 });
    }).toThrow(`the view of balance is another one

- cents: 6
+ cents: 5
  state: 'open'
`);
  });

  it('is given what it consumes: anything else is refused, unless its contract is named', () => {
    const events = [opened('a'), added('t', 1)];
    expect(() => {
      given(events).expectView(balance, { state: 'open', cents: 0 });
    }).toThrow('given[1], task.added: the projection balance does not consume it; there are account.closed,');
    given(events, { contracts: [taskAdded] }).expectView(balance, { state: 'open', cents: 0 });
  });

  it('that cannot fold an event says which', () => {
    expect(() => {
      given([added('t', -1)]).expectView(tasks('projection'), 't', undefined);
    }).toThrow(/^tasks cannot fold the task\.added at position 1: .*time does not run back/);
  });
});

describe('an entity projection', () => {
  const events = [opened('a'), opened('b'), deposited('b', 5)];

  it('answers by key', () => {
    given(events).expectView(balances, 'b', { state: 'open', cents: 5 });
    given(events).expectView(balances, 'c', undefined);
    expect(() => {
      given(events).expectView(balances, 'c', { state: 'open', cents: 5 });
    }).toThrow('there is no balances, c');
  });

  it('has all its entities, and no other', () => {
    given(events).expectEntities(balances, {
      a: { state: 'open', cents: 0 },
      b: { state: 'open', cents: 5 },
    });
    expect(() => {
      given(events).expectEntities(balances, { b: { state: 'open', cents: 6 } });
    }).toThrow(`the entities of balances are others

- b: { state: 'open', cents: 6 }
+ a: { state: 'open', cents: 0 }
+ b: { state: 'open', cents: 5 }
`);
  });

  it('forgets an entity in a state that says so, and begins anew', () => {
    const removed = taskRemoved.create({ task: 't' });
    given([added('t', 2), removed]).expectEntities(tasks('projection'), {});
    given([added('t', 2), removed, added('t', 3)]).expectView(tasks('projection'), 't', { hours: 3 });
  });

  it('stops one entity at what it cannot fold, where that is what its definition says', () => {
    given([added('t', 2), added('t', -1), added('t', 2), added('u', 1)]).expectEntities(tasks('entity'), {
      t: { hours: 2, faultAt: 2 },
      u: { hours: 1 },
    });
  });

  it('is refused a view whose indexed member is of another kind', () => {
    const wrong = defineEntityProjection({
      name: 'wrong',
      machine: accountMachine,
      consumes: contracts,
      key: ({ data }) => data.account,
      view: ({ context }) => ({ cents: `${context.cents} cents` }),
      index: { cents: 'number' },
    });
    expect(() => {
      given([opened('a')]).expectEntities(wrong, {});
    }).toThrow("wrong: the view's cents is to be a number, as in 1.5, and is '0 cents'");
  });
});

describe('an event of an earlier revision', () => {
  it('is read as its upcaster makes it', () => {
    given([inRevision(bookedByMinutes, 1, { room: 'blue', hours: 2 })]).expectEvents([
      bookedByMinutes.create({ room: 'blue', minutes: 120 }),
    ]);
  });

  it('may become none, several, or those of another type, with its metadata', () => {
    const booked = (rooms: readonly string[]): ReturnType<typeof inRevision> =>
      inRevision(roomBooked, 1, { rooms, minutes: 90, people: 3 }, { metadata: { user: 'ada' } });
    given([booked(['test'])]).expectEvents([]);
    given([booked(['blue'])]).expectEvents([
      roomBooked.create({ room: 'blue', minutes: 90, by: 'ada' }),
      cateringOrdered.create({ room: 'blue', people: 3 }),
    ]);
    expect(bookedOnce.revision).toBe(1);
  });

  it('is refused where it breaks that revision, or there is none', () => {
    expect(() => {
      given([inRevision(bookedByMinutes, 1, { room: 'blue', minutes: 2 })]).expectEvents([]);
    }).toThrow(/^given\[0\], room\.booked: data\.hours: /);
    expect(() => inRevision(bookedByMinutes, 3, {})).toThrow(
      'room.booked: there is no revision 3; there are 1, 2',
    );
  });

  it('shows what is read in place of what was expected', () => {
    expect(() => {
      given([inRevision(bookedByMinutes, 1, { room: 'blue', hours: 2 })]).expectEvents([
        bookedByMinutes.create({ room: 'blue', minutes: 2 }),
      ]);
    }).toThrow(`other events are read than expected

- room.booked { room: 'blue', minutes: 2 }
+ room.booked { room: 'blue', minutes: 120 }
    #/minutes is 120, and 2 was expected
`);
  });
});

describe('the example of a contract', () => {
  it('is an event, with other members where they are given', () => {
    given([exampleOf(taskAdded), exampleOf(taskAdded, { hours: 3 })]).expectView(tasks('projection'), 't', {
      hours: 5,
    });
  });
});
