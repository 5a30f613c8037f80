/** Decisions about several subjects, with the doors of an airlock. */
import {
  DoorStandsSo,
  about,
  doorClosed,
  doorDecider,
  doorOpened,
  doorsLog,
  type DoorContext,
  type Doorkeeper,
} from '../../../test/support/doors.js';
import { allEvents } from '../../../test/support/reading.js';
import type { EventLog } from '../event-log/event-log.js';
import { position, tag } from '../event-log/event.js';
import { MemoryStore } from '../stores/memory.store.js';
import type { Command } from './decider.js';
import { decideTogether } from './decide-together.js';
import { execute, load } from './execute.js';

interface Airlock {
  readonly inner: string;
  readonly outer: string;
}

const AIRLOCK: Airlock = { inner: 'in', outer: 'out' };

interface Doors {
  readonly inner: DoorContext;
  readonly outer: DoorContext;
}

/** A door of an airlock may be opened when both are closed. */
const airlock = decideTogether(({ inner, outer }: Airlock) => ({
  inner: doorDecider.decisionModel(inner),
  outer: doorDecider.decisionModel(outer),
}));

/** Going through: both events are recorded, the inner door closed and the outer one opened, or neither. */
const passage = decideTogether(({ inner, outer }: Airlock) => ({
  inner: doorDecider.decisionModel(inner, doorClosed),
  outer: doorDecider.decisionModel(outer, doorOpened),
}));

const openOuter: Command<Doors, Doorkeeper> = {
  records: doorOpened,
  decide: (_, { door, by }) => [doorOpened.create({ door, by }, [tag(`door:${door}`)])],
};

const goOut: Command<Doors, Airlock> = {
  records: doorOpened,
  decide: (_, { inner, outer }) => [
    doorClosed.create({ door: inner, by: 'me' }, [tag(`door:${inner}`)]),
    doorOpened.create({ door: outer, by: 'me' }, [tag(`door:${outer}`)]),
  ],
};

describe('a decision about two subjects', () => {
  let log: EventLog;

  beforeEach(() => {
    log = doorsLog(new MemoryStore());
  });

  const opened = (door: string): Promise<unknown> =>
    log.append([doorOpened.create({ door, by: 'somebody' }, [tag(`door:${door}`)])]);
  const closed = (door: string): Promise<unknown> =>
    log.append([doorClosed.create({ door, by: 'somebody' }, [tag(`door:${door}`)])]);
  const outerOpened = (): Promise<unknown> =>
    execute(log, airlock, AIRLOCK, openOuter, { door: 'out', by: 'me' });

  it('depends on the events of both', () => {
    expect(airlock.decisionModel(AIRLOCK).query).toEqual([...about('in'), ...about('out')]);
  });

  it('has the state of each under its name, folded from its own events', async () => {
    await opened('in');
    await opened('elsewhere');
    await opened('out');
    await closed('out');
    await expect(load(log, airlock, AIRLOCK)).resolves.toEqual({
      state: {
        value: { inner: 'open', outer: 'closed' },
        context: { inner: { opened: 1 }, outer: { opened: 1 } },
      },
      after: 4,
    });
  });

  it('loads the states of both at one position', async () => {
    await opened('in');
    await opened('out');
    await expect(airlock.decisionModel(AIRLOCK).load(log, position(1))).resolves.toMatchObject({
      value: { inner: 'open', outer: 'closed' },
    });
  });

  it('is made when both allow it', async () => {
    await outerOpened();
    expect((await allEvents(log)).map(({ type, data }) => [type, data])).toEqual([
      ['door.opened', { door: 'out', by: 'me' }],
    ]);
  });

  it('is refused with the refusal of the one that does not allow it', async () => {
    await opened('in');
    await expect(outerOpened()).rejects.toEqual(new DoorStandsSo('in', 'open'));
    await closed('in');
    await opened('out');
    await expect(outerOpened()).rejects.toEqual(new DoorStandsSo('out', 'open'));
  });

  it('is refused with the first one’s refusal when neither allows it', async () => {
    await opened('out');
    await opened('in');
    await expect(outerOpened()).rejects.toEqual(new DoorStandsSo('in', 'open'));
  });

  it('is decided again when either has changed meanwhile', async () => {
    for (const door of ['in', 'out']) {
      log = doorsLog(new MemoryStore());
      let decisions = 0;
      const disturbed: typeof openOuter = {
        ...openOuter,
        decide: (...given) => {
          decisions += 1;
          if (decisions === 1) void opened(door);
          return openOuter.decide(...given);
        },
      };
      await expect(execute(log, airlock, AIRLOCK, disturbed, { door: 'out', by: 'me' })).rejects.toEqual(
        new DoorStandsSo(door, 'open'),
      );
    }
  });

  it('can record an event for each, if each allows its own: all or none', async () => {
    await expect(execute(log, passage, AIRLOCK, goOut, AIRLOCK)).rejects.toEqual(
      new DoorStandsSo('in', 'closed'),
    );
    await opened('in');
    await expect(execute(log, passage, AIRLOCK, goOut, AIRLOCK)).resolves.toMatchObject({
      first: 2,
      last: 3,
    });
    await expect(load(log, passage, AIRLOCK)).resolves.toMatchObject({
      state: { value: { inner: 'closed', outer: 'open' } },
    });
  });
});

describe('a decision about a number of subjects that the command gives', () => {
  const doors = decideTogether((names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, doorDecider.decisionModel(name)])),
  );
  const openAll: Command<unknown, readonly string[]> = {
    records: doorOpened,
    decide: (_, names) => names.map((door) => doorOpened.create({ door, by: 'me' }, [tag(`door:${door}`)])),
  };

  it.each([1, 2, 20])('is made of %i', async (count) => {
    const log = doorsLog(new MemoryStore());
    const names = Array.from({ length: count }, (_, index) => `door ${index}`);
    await execute(log, doors, names, openAll, names);
    await expect(log.head()).resolves.toBe(count);
    await expect(execute(log, doors, names, openAll, names)).rejects.toEqual(
      new DoorStandsSo('door 0', 'open'),
    );
  });

  it('can be part of another one', async () => {
    const log = doorsLog(new MemoryStore());
    const house = decideTogether((names: readonly string[]) => ({
      doors: doors.decisionModel(names),
      gate: doorDecider.decisionModel('gate'),
    }));
    await execute(log, house, ['a', 'b'], openAll, ['a', 'b']);
    await expect(load(log, house, ['a', 'b'])).resolves.toMatchObject({
      state: { value: { doors: { a: 'open', b: 'open' }, gate: 'closed' } },
    });
    await expect(execute(log, house, ['b'], openAll, ['b'])).rejects.toEqual(new DoorStandsSo('b', 'open'));
  });
});
