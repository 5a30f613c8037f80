/** States that are kept between commands: how many, and never stale. */
import { jest } from '@jest/globals';
import { about, close, doorDecider, doorsLog, open } from '../../../test/support/doors.js';
import { LogWentBack } from '../event-log/errors.js';
import { position } from '../event-log/event.js';
import { MemoryStore } from '../stores/memory.store.js';
import { execute, load } from './execute.js';
import { RecentStates, bytesOf } from './recent-states.js';

const at = position;
const front = { door: 'front', by: 'me' };

/** Records how far back it was read, of events about the front door. */
class WatchedStore extends MemoryStore {
  readonly read_: number[] = [];

  override async *read(...[query, range]: Parameters<MemoryStore['read']>): ReturnType<MemoryStore['read']> {
    for await (const page of super.read(query, range)) {
      this.read_.push(...page.map((event) => event.position));
      yield page;
    }
  }
}

describe('a command on a subject that was decided on before', () => {
  it('reads nothing of what was folded already', async () => {
    const store = new WatchedStore();
    const log = doorsLog(store);
    for (let round = 0; round < 20; round += 1)
      await execute(log, doorDecider, 'front', round % 2 === 0 ? open : close, front);
    expect(store.read_).toEqual([]);
    expect((await load(log, doorDecider, 'front')).state).toEqual({
      value: 'closed',
      context: { opened: 10 },
    });
  });

  it('folds what another process has recorded since', async () => {
    const store = new WatchedStore();
    const here = doorsLog(store);
    const there = doorsLog(store);
    await execute(here, doorDecider, 'front', open, front);
    await execute(there, doorDecider, 'front', close, front);
    await execute(here, doorDecider, 'front', open, front);
    await execute(there, doorDecider, 'front', close, front);
    expect((await load(here, doorDecider, 'front')).state).toEqual({
      value: 'closed',
      context: { opened: 2 },
    });
    expect(store.read_).toEqual([1, 2, 3, 4]);
  });

  it('is decided again when another process records between its decision and its append', async () => {
    const store = new MemoryStore();
    const here = doorsLog(store);
    const there = doorsLog(store);
    await execute(here, doorDecider, 'front', open, front);
    const append = here.tryAppend.bind(here);
    jest.spyOn(here, 'tryAppend').mockImplementationOnce(async (events, options) => {
      await execute(there, doorDecider, 'front', close, front);
      await execute(there, doorDecider, 'front', open, front);
      return append(events, options);
    });
    await execute(here, doorDecider, 'front', close, front);
    expect((await load(here, doorDecider, 'front')).state).toEqual({
      value: 'closed',
      context: { opened: 2 },
    });
  });

  it('forgets everything when the log has another past', async () => {
    const store = new MemoryStore();
    const log = doorsLog(store);
    await execute(log, doorDecider, 'front', open, front);
    const { past } = log;
    jest.spyOn(store, 'head').mockRejectedValueOnce(new LogWentBack(at(1), at(0)));
    await log.head();
    expect(log.past).not.toBe(past);
    const read = jest.spyOn(log, 'read');
    await load(log, doorDecider, 'front');
    expect(read).toHaveBeenCalledTimes(1);
  });
});

describe('a log that is found to have another past', () => {
  it('is read again when that is found while a state is loaded', async () => {
    const store = new MemoryStore();
    const log = doorsLog(store);
    await execute(log, doorDecider, 'front', open, front);
    const model = doorDecider.decisionModel('front');
    let loads = 0;
    const loadModel: typeof model.load = async (...given) => {
      loads += 1;
      const state = await model.load(...given);
      if (loads > 1) return state;
      jest.spyOn(store, 'head').mockRejectedValueOnce(new LogWentBack(at(1), at(0)));
      await log.head();
      return doorDecider.fold.initial;
    };
    const { state } = await load(log, { decisionModel: () => ({ ...model, load: loadModel }) }, 'front');
    expect([state.value, loads]).toEqual(['open', 2]);
  });

  it('has no state of the past that is gone when that is found during an append', async () => {
    const store = new MemoryStore();
    const log = doorsLog(store);
    const append = log.tryAppend.bind(log);
    jest.spyOn(log, 'tryAppend').mockImplementationOnce(async (events, options) => {
      const outcome = await append(events, options);
      jest.spyOn(store, 'head').mockRejectedValueOnce(new LogWentBack(at(1), at(0)));
      await log.head();
      return outcome;
    });
    await execute(log, doorDecider, 'front', open, front);
    const read = jest.spyOn(log, 'read');
    await load(log, doorDecider, 'front');
    expect(read).toHaveBeenCalledTimes(1);
  });
});

describe('recent states', () => {
  const state = (text: string): { value: string; context: string } => ({ value: 'a', context: text });

  it('are kept up to a number of bytes, least recently used out first', () => {
    const states = new RecentStates<string>(3_000);
    for (const key of ['a', 'b', 'c']) states.set(key, state('x'.repeat(200)), at(1), 0);
    states.get('a');
    for (const key of ['d', 'e']) states.set(key, state('x'.repeat(200)), at(1), 0);
    expect(states.bytes).toBeLessThanOrEqual(3_000);
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => states.get(key) !== undefined)).toEqual(['a', 'd', 'e']);
  });

  it('are not kept when one is larger than that', () => {
    const states = new RecentStates<string>(1_000);
    states.set('a', state('x'.repeat(1_000)), at(1), 0);
    expect([states.size, states.bytes]).toEqual([0, 0]);
  });

  it('never go back', () => {
    const states = new RecentStates<string>(3_000);
    states.set('a', state('new'), at(2), 0);
    states.set('a', state('old'), at(1), 0);
    expect(states.get('a')).toMatchObject({ through: 2 });
  });

  it('are measured again when what was folded since has doubled the estimate', () => {
    const states = new RecentStates<string>(100_000);
    states.set('a', state(''), at(1), 0);
    const { bytes } = states;
    states.set('a', state(''), at(2), 100);
    expect(states.bytes).toBe(bytes + 100);
    states.set('a', state(''), at(3), 1_000);
    expect(states.bytes).toBe(bytes);
    states.set('a', state('x'.repeat(1_000)), at(4), 1_000);
    expect(states.bytes).toBe(bytes + 2_000);
  });

  it('may hold whatever a state may', () => {
    const big = 2n ** 8_000n;
    expect(bytesOf(big)).toBeGreaterThan(1_000);
    expect(bytesOf(new Map([['a', new Set(['bc'])]]))).toBeGreaterThan(80);
    expect(bytesOf([new Uint8Array(1_000), null, undefined, true, new Date(0)])).toBeGreaterThan(1_000);
  });

  it('are of one subject each', async () => {
    const log = doorsLog(new MemoryStore());
    await execute(log, doorDecider, 'front', open, front);
    await execute(log, doorDecider, 'back', open, { door: 'back', by: 'me' });
    expect(about('front')).not.toEqual(about('back'));
    expect((await load(log, doorDecider, 'back')).state.context).toEqual({ opened: 1 });
  });
});
