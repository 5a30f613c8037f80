import { allEvents } from '../../../test/support/reading.js';
import { EventLog } from '../../runtime/event-log/event-log.js';
import { commitId, position, type Commit, type Position } from '../../runtime/event-log/event.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import { allows } from '../../runtime/command/decider.js';
import { execute, load } from '../../runtime/command/execute.js';
import { NumberAlreadyRetracted, NumberNotFound, numberDecider } from './number.decider.js';
import { numberRecorded, numberRetracted } from './numbers.events.js';
import { NumbersService } from './numbers.service.js';

const NOON = '2026-01-31T12:00:00.000Z';

function given(): { log: EventLog; numbers: NumbersService } {
  const log = new EventLog(new MemoryStore(), { now: () => new Date(NOON) });
  log.contracts.register([numberRecorded, numberRetracted]);
  return { log, numbers: new NumbersService(log) };
}

const retract = (log: EventLog, at: Position, reason: string): Promise<Commit> =>
  execute(log, numberDecider, at, 'retract', { reason });

const find = async (log: EventLog, at: Position): Promise<object> => {
  const { commands, fold, http, refusal } = numberDecider;
  const { state, after } = await load(log, numberDecider, at);
  if (state === fold.initial) throw refusal(state, at, numberRetracted);
  const canBeRetracted = allows(numberDecider, state, commands.retract);
  return { ...(http !== false && http.view?.(state, at)), canBeRetracted, readAt: after };
};

describe('recording numbers', () => {
  it('records all of them in one commit, in their order', async () => {
    const { log, numbers } = given();
    await expect(numbers.record(['3', '1', '2'])).resolves.toMatchObject({ first: 1, last: 3 });
    const events = await allEvents(log);
    expect(events.map(({ data }) => data)).toEqual([{ value: '3' }, { value: '1' }, { value: '2' }]);
    expect(new Set(events.map(({ commit }) => commit)).size).toBe(1);
  });

  it('records nothing again under the same commit id', async () => {
    const { numbers } = given();
    const options = { commitId: commitId('once') };
    const first = await numbers.record(['3'], options);
    await expect(numbers.record(['3'], options)).resolves.toEqual({ ...first, repeated: true });
    await expect(numbers.head()).resolves.toBe(1);
  });
});

describe('the seed', () => {
  it('is recorded into an empty log', async () => {
    const { numbers } = given();
    await expect(numbers.seed(['1', '2'])).resolves.toBe(true);
    await expect(numbers.newest(position(2), 10)).resolves.toEqual(['1', '2']);
  });

  it('is recorded once', async () => {
    const { numbers } = given();
    await numbers.seed(['1', '2']);
    await expect(numbers.seed(['1', '2'])).resolves.toBe(false);
    await expect(numbers.head()).resolves.toBe(2);
  });

  it('is recorded once, also when another one is configured later', async () => {
    const { numbers } = given();
    await numbers.seed(['1', '2']);
    await expect(numbers.seed(['7'])).resolves.toBe(false);
    await expect(numbers.head()).resolves.toBe(2);
  });

  it('is not recorded into a log that has something', async () => {
    const { numbers } = given();
    await numbers.record(['5']);
    await expect(numbers.seed(['1', '2'])).resolves.toBe(false);
    await expect(numbers.head()).resolves.toBe(1);
  });

  it('is recorded once when it is asked for twice at the same time', async () => {
    const { numbers } = given();
    const done = await Promise.all([numbers.seed(['1', '2']), numbers.seed(['1', '2'])]);
    expect(done.sort()).toEqual([false, true]);
  });
});

describe('a number', () => {
  it('is found where it was recorded', async () => {
    const { log, numbers } = given();
    await numbers.record(['3', '5', '7']);
    await expect(find(log, position(2))).resolves.toEqual({
      position: 2,
      value: '5',
      time: NOON,
      state: 'recorded',
      canBeRetracted: true,
      readAt: 3,
    });
  });

  it('is found with its retraction, and cannot be retracted again', async () => {
    const { log, numbers } = given();
    await numbers.record(['3', '5']);
    await retract(log, position(2), 'mistyped');
    await expect(find(log, position(2))).resolves.toEqual({
      position: 2,
      value: '5',
      time: NOON,
      state: 'retracted',
      retraction: { position: 3, time: NOON, reason: 'mistyped' },
      canBeRetracted: false,
      readAt: 3,
    });
  });

  it.each([
    ['before the first position', 0],
    ['where a retraction stands', 2],
    ['after the head', 3],
    ['far after the head', Number.MAX_SAFE_INTEGER],
  ])('is not found %s', async (_, at) => {
    const { log, numbers } = given();
    await numbers.record(['3']);
    await retract(log, position(1), 'mistyped');
    await expect(find(log, position(at))).rejects.toBeInstanceOf(NumberNotFound);
  });

  it('is retracted by an event that carries its value', async () => {
    const { log, numbers } = given();
    await numbers.record(['3', '5']);
    await retract(log, position(2), 'mistyped');
    expect((await allEvents(log)).at(-1)).toMatchObject({
      type: 'number.retracted',
      tags: ['number:2'],
      data: { number: 2, value: '5', reason: 'mistyped' },
    });
  });

  it('is not retracted twice', async () => {
    const { log, numbers } = given();
    await numbers.record(['3']);
    await retract(log, position(1), 'mistyped');
    await expect(retract(log, position(1), 'again')).rejects.toBeInstanceOf(NumberAlreadyRetracted);
    await expect(numbers.head()).resolves.toBe(2);
  });

  it.each([
    ['that is none', 0],
    ['that is a retraction', 2],
    ['that is not recorded yet', 3],
  ])('%s is not retracted', async (_, at) => {
    const { log, numbers } = given();
    await numbers.record(['3']);
    await retract(log, position(1), 'mistyped');
    await expect(retract(log, position(at), 'mistyped')).rejects.toBeInstanceOf(NumberNotFound);
    await expect(numbers.head()).resolves.toBe(2);
  });

  it('is retracted once by two at the same time', async () => {
    const { log, numbers } = given();
    await numbers.record(['3']);
    const both = await Promise.allSettled([
      retract(log, position(1), 'mine'),
      retract(log, position(1), 'yours'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both).toContainEqual({
      status: 'rejected',
      reason: expect.any(NumberAlreadyRetracted) as unknown,
    });
  });
});

describe('the newest numbers', () => {
  it('are those that were recorded last, oldest first', async () => {
    const { numbers } = given();
    await numbers.record(['1', '2', '3', '4']);
    await expect(numbers.newest(position(4), 2)).resolves.toEqual(['3', '4']);
  });

  it('are all when there are not so many', async () => {
    const { numbers } = given();
    await numbers.record(['1', '2']);
    await expect(numbers.newest(position(2), 1000)).resolves.toEqual(['1', '2']);
  });

  it('end at the position that is asked for, whatever was recorded since', async () => {
    const { numbers } = given();
    await numbers.record(['1', '2', '3', '4']);
    await expect(numbers.newest(position(3), 2)).resolves.toEqual(['2', '3']);
  });

  it('are numbers only, also those that were retracted since', async () => {
    const { log, numbers } = given();
    await numbers.record(['1', '2']);
    await retract(log, position(1), 'mistyped');
    await numbers.record(['3']);
    await expect(numbers.newest(position(4), 10)).resolves.toEqual(['1', '2', '3']);
  });

  it('are none in an empty log', async () => {
    const { numbers } = given();
    await expect(numbers.newest(position(0), 10)).resolves.toEqual([]);
  });
});

describe('a position in a URL', () => {
  it.each([
    ['1', 1],
    ['42', 42],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may be %s', (text, expected) => {
    expect(numberDecider.ids.read(text)).toBe(expected);
  });

  it.each(['0', '-1', 'abc', '', '01', '1.0', '1e3', '+1', ' 1', '9007199254740992', '1'.repeat(400)])(
    'cannot be %j: there is no such number',
    (text) => {
      expect(() => numberDecider.ids.read(text)).toThrow(NumberNotFound);
    },
  );
});
