/** The event log: what it checks and stamps before anything is recorded, and what it reads back. */
import { z } from 'zod';
import { AppendConditionFailed, CommitIdReused, ContractBroken, InvalidValue, LogClosed } from './errors.js';
import { defineEvent } from './contracts/event-contract.js';
import { MAX_COMMIT_EVENTS } from './contracts/checked-events.js';
import { EventLog } from './event-log.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type NewEvent,
  type Query,
  type Range,
  type RecordedEvent,
} from './event.js';
import { MemoryStore } from '../stores/memory.store.js';

const recorded = defineEvent({
  type: 'number.recorded',
  schema: z.strictObject({ value: z.string('a decimal string') }),
});
const noted = defineEvent({ type: 'note.taken', revision: 3, schema: z.json() });

const number = (value: string, ...tags: readonly string[]): NewEvent =>
  recorded.create({ value }, tags.map(tag));

const nested = (depth: number): z.core.util.JSONType => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('EventLog', () => {
  let store: MemoryStore;
  let log: EventLog;

  beforeEach(() => {
    store = new MemoryStore();
    let ids = 0;
    log = new EventLog(store, {
      now: () => new Date('2026-01-31T12:00:00Z'),
      newId: () => `id-${(ids += 1)}`,
    });
    log.contracts.register([recorded, noted]);
  });

  const read = async (query?: Query, range?: Range): Promise<readonly RecordedEvent[]> => {
    const events: RecordedEvent[] = [];
    for await (const page of log.read(query, range)) events.push(...page);
    return events;
  };

  /** What it was refused with. */
  const refusal = async (events: readonly NewEvent[]): Promise<ContractBroken> => {
    try {
      await log.append(events);
    } catch (error) {
      if (error instanceof ContractBroken) return error;
      throw error;
    }
    throw new Error('it was not refused');
  };

  describe('append', () => {
    it('stamps events with the time, the commit id and the contract’s revision', async () => {
      await log.append([noted.create('hello', [tag('note:1')])], { metadata: { correlationId: 'c' } });
      expect(await read()).toEqual([
        {
          position: 1,
          type: 'note.taken',
          revision: 3,
          tags: ['note:1'],
          data: 'hello',
          time: '2026-01-31T12:00:00.000Z',
          commit: 'id-1',
          metadata: { correlationId: 'c' },
        },
      ]);
    });

    it('answers with the positions of what was recorded', async () => {
      await log.append([number('1')]);
      expect(await log.append([number('2'), number('3')])).toMatchObject({ first: 2, last: 3, id: 'id-2' });
    });

    it('gives every commit an id of its own when nobody else does', async () => {
      const plain = new EventLog(store);
      plain.contracts.register([recorded]);
      const commits = await Promise.all(['1', '2', '3'].map((value) => plain.append([number(value)])));
      expect(new Set(commits.map(({ id }) => id)).size).toBe(3);
    });

    it('records nothing when one event in the middle breaks its contract', async () => {
      await refusal([number('1'), { type: 'number.recorded', data: { value: 2 } }, number('3')]);
      expect(await log.head()).toBe(START);
    });

    it('points at the field at fault', async () => {
      const { faults } = await refusal([number('1'), { type: 'number.recorded', data: { value: 2 } }]);
      expect(faults).toEqual([{ detail: 'a decimal string', pointer: '#/events/1/data/value' }]);
    });

    it('refuses a type that has no contract, and names those that have', async () => {
      const { detail, faults } = await refusal([number('1'), { type: 'sum.grown', data: null }]);
      expect(detail).toBe('There is no event sum.grown; there are note.taken, number.recorded.');
      expect(faults[0]?.pointer).toBe('#/events/1/type');
    });

    it('takes data that is 64 deep', async () => {
      await expect(log.append([noted.create(nested(64))])).resolves.toMatchObject({ first: 1 });
    });

    it('refuses data that is deeper, and points to where it is too deep', async () => {
      const { faults } = await refusal([noted.create({ list: nested(64) })]);
      expect(faults[0]?.pointer).toBe(`#/events/0/data/list${'/0'.repeat(64)}`);
    });

    it('refuses a commit without an event', async () => {
      await expect(log.append([])).rejects.toThrow(InvalidValue);
    });

    it('takes the largest commit', async () => {
      const events = Array<NewEvent>(MAX_COMMIT_EVENTS).fill(number('1'));
      expect(await log.append(events)).toMatchObject({ first: 1, last: MAX_COMMIT_EVENTS });
    });

    it('refuses a commit that is larger', async () => {
      const events = Array<NewEvent>(MAX_COMMIT_EVENTS + 1).fill(number('1'));
      await expect(log.append(events)).rejects.toThrow('1 to 10000 events, not 10001');
    });

    it('passes a condition on', async () => {
      await log.append([number('1', 'number:1')]);
      const condition = { query: [{ tags: [tag('number:1')] }], after: START };
      await expect(log.append([number('2')], { condition })).rejects.toThrow(AppendConditionFailed);
    });

    it('records what the data was when it was asked for', async () => {
      const data = { list: [1] };
      const appended = log.append([noted.create(data)]);
      data.list.push(2);
      await appended;
      expect((await read())[0]?.data).toEqual({ list: [1] });
    });

    it('records what the metadata was when it was asked for', async () => {
      const metadata = { correlationId: 'before' };
      await log.append([number('1')], { metadata });
      metadata.correlationId = 'after';
      expect((await read())[0]?.metadata).toEqual({ correlationId: 'before' });
    });

    it('is refused once the log is closed', async () => {
      await log.close();
      await expect(log.append([number('1')])).rejects.toThrow(LogClosed);
    });
  });

  describe('a commit id that is used again', () => {
    const id = commitId('mine');

    it('for the same events is answered as the first time', async () => {
      const first = await log.append([number('1')], { commitId: id });
      expect(await log.append([number('1')], { commitId: id })).toEqual({ ...first, repeated: true });
      expect(await log.head()).toBe(1);
    });

    it('for other events is refused', async () => {
      await log.append([number('1')], { commitId: id });
      await expect(log.append([number('2')], { commitId: id })).rejects.toThrow(CommitIdReused);
    });

    it('for the same request, by its fingerprint, is answered though its events differ', async () => {
      await log.append([number('1')], { commitId: id, fingerprint: 'request' });
      const again = await log.append([number('2')], { commitId: id, fingerprint: 'request' });
      expect(again).toMatchObject({ first: 1, repeated: true });
    });

    it('for another request, by its fingerprint, is refused though its events are the same', async () => {
      await log.append([number('1')], { commitId: id, fingerprint: 'request' });
      const again = log.append([number('1')], { commitId: id, fingerprint: 'another' });
      await expect(again).rejects.toThrow(CommitIdReused);
    });

    it('is found before anything is decided', async () => {
      await log.append([number('1')], { commitId: id, fingerprint: 'request' });
      expect(await log.find(id, 'request')).toMatchObject({ first: 1, last: 1, repeated: true });
    });

    it('is refused before anything is decided when it was another request’s', async () => {
      await log.append([number('1')], { commitId: id, fingerprint: 'request' });
      await expect(log.find(id, 'another')).rejects.toThrow(CommitIdReused);
    });

    it('is not found when nothing was recorded under it', async () => {
      expect(await log.find(id, 'request')).toBeUndefined();
    });
  });

  describe('read', () => {
    beforeEach(() => log.append([number('1', 'odd'), number('2'), number('3', 'odd')]));

    it('gives everything when it is not told what', async () => {
      expect((await read()).map((event) => event.position)).toEqual([1, 2, 3]);
    });

    it('gives what the query means, in the range', async () => {
      const range = { backwards: true, through: position(2) };
      expect((await read([{ tags: [tag('odd')] }], range)).map((event) => event.position)).toEqual([1]);
    });

    it('refuses an event of a revision that this version does not know', async () => {
      const later = new EventLog(store);
      later.contracts.register([defineEvent({ type: 'number.recorded', revision: 2, schema: z.json() })]);
      const reading = later.read(EVERYTHING)[Symbol.asyncIterator]();
      await expect(reading.next()).rejects.toThrow('position 1 is number.recorded of revision 1');
    });

    it('gives an event of a type that nobody here knows as it is', async () => {
      const stranger = new EventLog(store).read(EVERYTHING, { limit: 1 })[Symbol.asyncIterator]();
      expect((await stranger.next()).value).toMatchObject([
        { type: 'number.recorded', data: { value: '1' } },
      ]);
    });
  });

  describe('at', () => {
    it('gives the event at the position', async () => {
      await log.append([number('1'), number('2')]);
      expect(await log.at(position(2))).toMatchObject({ position: 2, data: { value: '2' } });
    });

    it.each([0, 3])('gives nothing at %i, where there is none', async (where) => {
      await log.append([number('1'), number('2')]);
      expect(await log.at(position(where))).toBeUndefined();
    });
  });

  describe('close', () => {
    it('does what must be done before while the log can still be read', async () => {
      await log.append([number('1')]);
      let seen = 0;
      log.beforeClose(async () => {
        seen = (await read()).length;
      });
      await log.close();
      expect(seen).toBe(1);
    });

    it('closes the store even when something that must be done before fails', async () => {
      log.beforeClose(() => Promise.reject(new Error('no space left')));
      await Promise.allSettled([log.close()]);
      await expect(log.append([number('1')])).rejects.toThrow(LogClosed);
    });
  });
});
