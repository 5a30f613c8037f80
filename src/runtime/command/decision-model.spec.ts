/** What a decision about one subject depends on, and what it reads for that. */
import { assign, setup } from 'xstate';
import {
  DoorStandsSo,
  about,
  doorClosed,
  doorDecider,
  doorOpened,
  doorsLog,
} from '../../../test/support/doors.js';
import type { RecordedOf } from '../event-log/contracts/event-contract.js';
import type { EventLog } from '../event-log/event-log.js';
import { START, position, tag, type Range } from '../event-log/event.js';
import { MemoryStore } from '../stores/memory.store.js';
import { Problem } from '../http/kernel/problem.js';
import { defineDecider } from './decider.js';

/** A log in which the front door is opened and closed in turn, `changes` times in all. */
async function givenDoor(changes: number, store = new MemoryStore()): Promise<EventLog> {
  const log = doorsLog(store);
  for (let change = 0; change < changes; change += 1) {
    const contract = change % 2 === 0 ? doorOpened : doorClosed;
    await log.append([contract.create({ door: 'front', by: `${change + 1}` }, [tag('door:front')])]);
  }
  return log;
}

describe('the decision model of one subject', () => {
  const model = doorDecider.decisionModel('front');

  it('depends on the events of the subject', () => {
    expect(model.query).toEqual(about('front'));
  });

  it('loads the state at a position, whatever was recorded after it', async () => {
    const log = await givenDoor(3);
    await expect(model.load(log, position(2))).resolves.toEqual({ value: 'closed', context: { opened: 1 } });
    await expect(model.load(log, position(3))).resolves.toEqual({ value: 'open', context: { opened: 2 } });
    await expect(model.load(log, START)).resolves.toEqual(doorDecider.fold.initial);
  });

  it('gives the decider’s refusal for an event that the state has no transition for', async () => {
    const state = await model.load(await givenDoor(1), position(1));
    expect(model.refusal(state, doorOpened)).toEqual(new DoorStandsSo('front', 'open'));
    expect(model.refusal(state, doorClosed)).toBeUndefined();
  });

  it('can check another event than the one that the command names', async () => {
    const state = await model.load(await givenDoor(1), position(1));
    const closing = doorDecider.decisionModel('front', doorClosed);
    expect(closing.refusal(state, doorOpened)).toBeUndefined();
    expect(closing.refusal(doorDecider.fold.initial, doorOpened)).toEqual(
      new DoorStandsSo('front', 'closed'),
    );
  });
});

describe('a refusal', () => {
  it('is given the event that was refused', () => {
    const decider = defineDecider({
      name: 'wall',
      machine: setup({}).createMachine({ id: 'wall', initial: 'shut', states: { shut: {} } }),
      consumes: [],
      subject: () => ({ query: [] }),
      refusal: (_, id: string, records) =>
        new Problem('conflict', 'no-door', 'There is no door', `${id}: no ${records.type}`),
    });
    const model = decider.decisionModel('north');
    expect(model.refusal(decider.fold.initial, doorOpened)?.detail).toBe('north: no door.opened');
  });
});

/** Records the ranges that are read. */
class WatchedStore extends MemoryStore {
  readonly ranges: Range[] = [];

  override read(...[query, range]: Parameters<MemoryStore['read']>): ReturnType<MemoryStore['read']> {
    this.ranges.push(range);
    return super.read(query, range);
  }
}

describe('a subject of which only the newest event is read', () => {
  const lastBy = defineDecider({
    name: 'last-by',
    machine: setup({
      types: {
        context: {} as { readonly by: readonly string[] },
        events: {} as RecordedOf<typeof doorOpened>,
      },
    }).createMachine({
      id: 'last-by',
      context: { by: [] },
      on: {
        'door.opened': {
          actions: assign({
            by: ({ context, event }) => [...context.by, event.data.by],
          }),
        },
      },
    }),
    consumes: [doorOpened],
    subject: () => ({ query: [{ types: [doorOpened.type] }], onlyNewest: true }),
    refusal: () => new DoorStandsSo('front', 'open'),
  });

  it('is folded from the newest event up to the position', async () => {
    const log = await givenDoor(5);
    const byAt = async (at: number): Promise<readonly string[]> =>
      (await lastBy.decisionModel(undefined).load(log, position(at))).context.by;
    expect([await byAt(5), await byAt(4), await byAt(0)]).toEqual([['5'], ['3'], []]);
  });

  it('reads one event', async () => {
    const store = new WatchedStore();
    const log = await givenDoor(5, store);
    await lastBy.decisionModel(undefined).load(log, position(5));
    expect(store.ranges).toEqual([{ after: 0, through: 5, backwards: true, limit: 1 }]);
  });
});
