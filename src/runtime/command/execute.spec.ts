/** Carrying out commands: decisions, conflicts, repetitions. */
import { jest } from '@jest/globals';
import { DoorStandsSo, about, close, doorDecider, doorsLog, open } from '../../../test/support/doors.js';
import { allEvents } from '../../../test/support/reading.js';
import { CommitIdReused } from '../event-log/errors.js';
import { START, commitId, type Commit } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import { MemoryStore } from '../stores/memory.store.js';
import type { Command } from './decider.js';
import { execute, load } from './execute.js';
import { CommandContended } from './turns.js';

const givenDoors = (): EventLog => doorsLog(new MemoryStore());

const openDoor = (log: EventLog, door: string, by = 'me', id?: string): Promise<Commit> =>
  execute(log, doorDecider, door, open, { door, by }, id === undefined ? {} : { commitId: commitId(id) });

const closeDoor = (log: EventLog, door: string, by = 'me'): Promise<Commit> =>
  execute(log, doorDecider, door, close, { door, by });

/** Before each of the next `times` appends, the door is opened and closed by someone else. */
function disturb(log: EventLog, door: string, times: number): void {
  const append = log.tryAppend.bind(log);
  let left = times;
  jest.spyOn(log, 'tryAppend').mockImplementation(async (events, options) => {
    if (left > 0) {
      left -= 1;
      await append([...open.decide(doorDecider.fold.initial, { door, by: 'somebody' })]);
      await append([...close.decide(doorDecider.fold.initial, { door, by: 'somebody' })]);
    }
    return append(events, options);
  });
}

describe('loading a subject', () => {
  it('returns the initial state when nothing was recorded about it', async () => {
    await expect(load(givenDoors(), doorDecider, 'front')).resolves.toEqual({
      state: doorDecider.fold.initial,
      after: START,
    });
  });

  it('folds the events about it, and none about another subject', async () => {
    const log = givenDoors();
    await openDoor(log, 'front');
    await openDoor(log, 'back');
    await closeDoor(log, 'front');
    const { state, after } = await load(log, doorDecider, 'front');
    expect(state).toEqual({ value: 'closed', context: { opened: 1 } });
    expect(after).toBe(3);
  });
});

describe('carrying out a command', () => {
  it('records the events that were decided, and returns their commit', async () => {
    const log = givenDoors();
    await expect(openDoor(log, 'front')).resolves.toMatchObject({ first: 1, last: 1, repeated: false });
    expect(await allEvents(log)).toEqual([
      expect.objectContaining({ type: 'door.opened', data: { door: 'front', by: 'me' } }),
    ]);
  });

  it('decides with the current state', async () => {
    const log = givenDoors();
    await openDoor(log, 'front');
    await closeDoor(log, 'front');
    const states: unknown[] = [];
    const watched: Command<{ readonly opened: number }, { readonly door: string; readonly by: string }> = {
      ...open,
      decide: (state, input) => {
        states.push(state.context);
        return open.decide(state, input);
      },
    };
    await execute(log, doorDecider, 'front', watched, { door: 'front', by: 'me' });
    expect(states).toEqual([{ opened: 1 }]);
  });

  it('throws the decider’s refusal when the state does not allow it, and records nothing', async () => {
    const log = givenDoors();
    await openDoor(log, 'front');
    await expect(openDoor(log, 'front')).rejects.toEqual(new DoorStandsSo('front', 'open'));
    await expect(log.head()).resolves.toBe(1);
  });

  it('throws what the decision throws, without another attempt', async () => {
    const log = givenDoors();
    const refusal = new DoorStandsSo('front', 'nailed up');
    const decide = jest.fn(() => {
      throw refusal;
    });
    const command = { ...open, decide };
    await expect(execute(log, doorDecider, 'front', command, { door: 'front', by: 'me' })).rejects.toBe(
      refusal,
    );
    expect(decide).toHaveBeenCalledTimes(1);
    await expect(log.head()).resolves.toBe(0);
  });

  it('records the metadata', async () => {
    const log = givenDoors();
    const options = { metadata: { correlationId: 'c' } };
    await execute(log, doorDecider, 'front', open, { door: 'front', by: 'me' }, options);
    expect((await allEvents(log))[0]?.metadata).toEqual({ correlationId: 'c' });
  });

  it('appends on condition that no event about the subject was recorded after the head that was read', async () => {
    const log = givenDoors();
    await openDoor(log, 'back');
    const append = jest.spyOn(log, 'tryAppend');
    await openDoor(log, 'front');
    expect(append.mock.calls[0]?.[1]?.condition).toEqual({ query: about('front'), after: 1 });
  });
});

describe('a command whose subject changes meanwhile', () => {
  it('is decided again, with the changed state', async () => {
    const log = givenDoors();
    disturb(log, 'front', 1);
    await expect(openDoor(log, 'front')).resolves.toMatchObject({ first: 3 });
    await expect(load(log, doorDecider, 'front')).resolves.toMatchObject({
      state: { value: 'open', context: { opened: 2 } },
    });
  });

  it('is not decided again when another subject changes', async () => {
    const log = givenDoors();
    disturb(log, 'back', 1);
    const decide = jest.fn(open.decide);
    await execute(log, doorDecider, 'front', { ...open, decide }, { door: 'front', by: 'me' });
    expect(decide).toHaveBeenCalledTimes(1);
  });

  it('can succeed at the tenth attempt', async () => {
    const log = givenDoors();
    disturb(log, 'front', 9);
    await expect(openDoor(log, 'front')).resolves.toMatchObject({ first: 19 });
  });

  it('fails when the subject changes during each attempt within the time', async () => {
    const log = givenDoors();
    disturb(log, 'front', Infinity);
    const decide = jest.fn(open.decide);
    const command = { ...open, decide };
    await expect(
      execute(log, doorDecider, 'front', command, { door: 'front', by: 'me' }, { contentionMs: 300 }),
    ).rejects.toBeInstanceOf(CommandContended);
    expect(decide.mock.calls.length).toBeGreaterThan(2);
  });

  it('is not tried again after another error than a conflict', async () => {
    const log = givenDoors();
    const append = jest.spyOn(log, 'tryAppend').mockRejectedValue(new Error('the disk is full'));
    await expect(openDoor(log, 'front')).rejects.toThrow('the disk is full');
    expect(append).toHaveBeenCalledTimes(1);
  });
});

describe('a command with a commit id', () => {
  it('returns the first commit when it is repeated, without deciding again', async () => {
    const log = givenDoors();
    const first = await openDoor(log, 'front', 'me', 'once');
    const decide = jest.fn(open.decide);
    const again = await execute(
      log,
      doorDecider,
      'front',
      { ...open, decide },
      { door: 'front', by: 'me' },
      { commitId: commitId('once') },
    );
    expect(again).toEqual({ ...first, repeated: true });
    expect(decide).not.toHaveBeenCalled();
    await expect(log.head()).resolves.toBe(1);
  });

  it('is refused when the id was used for something else', async () => {
    const log = givenDoors();
    const options = { commitId: commitId('once'), fingerprint: 'open' };
    await execute(log, doorDecider, 'front', open, { door: 'front', by: 'me' }, options);
    const other = { ...options, fingerprint: 'close' };
    await expect(
      execute(log, doorDecider, 'front', close, { door: 'front', by: 'me' }, other),
    ).rejects.toBeInstanceOf(CommitIdReused);
  });

  it('returns the commit that another process has recorded since it looked, and which would refuse it', async () => {
    const store = new MemoryStore();
    const [here, there] = [doorsLog(store), doorsLog(store)];
    const find = here.find.bind(here);
    jest.spyOn(here, 'find').mockImplementationOnce(async (...id) => {
      const known = await find(...id);
      await openDoor(there, 'front', 'me', 'once');
      return known;
    });
    await expect(openDoor(here, 'front', 'me', 'once')).resolves.toMatchObject({ first: 1, repeated: true });
    await expect(here.head()).resolves.toBe(1);
  });

  it('is decided again after a refusal, which is not recorded', async () => {
    const log = givenDoors();
    await openDoor(log, 'front');
    await expect(openDoor(log, 'front', 'me', 'once')).rejects.toBeInstanceOf(DoorStandsSo);
    await closeDoor(log, 'front');
    await expect(openDoor(log, 'front', 'me', 'once')).resolves.toMatchObject({ first: 3, repeated: false });
  });
});
