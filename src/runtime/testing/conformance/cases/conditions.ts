/** The append condition (dcb.events): which events break it, and which do not. */
import { AppendConditionFailed } from '../../../event-log/errors.js';
import { EVERYTHING, START, position, tag, type Query } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { dataOf, outcomeOf } from '../reading.js';
import { beforeEach, describe, expect, it } from '../test-runner.js';

const ONE: Query = [{ tags: [tag('number:1')] }];
const TWO: Query = [{ tags: [tag('number:2')] }];

export function describeConditions(factory: EventStoreFactory): void {
  describe('an append condition', () => {
    const logs = aLogForEach(factory);

    beforeEach(async () => {
      await logs.store.append(commit('a', [event({ tags: ['number:1'] })]));
      await logs.store.append(
        commit('b', [
          event({ tags: ['number:2', 'odd'] }),
          event({ type: 'number.retracted', tags: ['number:1'] }),
        ]),
      );
    });

    it.each<readonly [what: string, query: Query, after: number, expected: string]>([
      ['fails when a matching event is after the position', ONE, 1, 'broken by 3'],
      ['fails when a matching event is right after the position', TWO, 1, 'broken by 2'],
      ['holds when the matching event is at the position', TWO, 2, 'recorded at 4'],
      ['holds when no matching event is after the position', ONE, 3, 'recorded at 4'],
      ['holds when only other events stand after the position', TWO, 2, 'recorded at 4'],
      ['names the first of several events that break it', ONE, 0, 'broken by 1'],
      ['looks inside a commit that the position divides', ONE, 2, 'broken by 3'],
      ['fails for a matching type', [{ types: ['number.retracted'] }], 0, 'broken by 3'],
      ['fails for any of several types', [{ types: ['log.opened', 'number.retracted'] }], 1, 'broken by 3'],
      ['holds for types that nothing has', [{ types: ['log.opened'] }], 0, 'recorded at 4'],
      [
        'fails for an event with all of the tags',
        [{ tags: [tag('odd'), tag('number:2')] }],
        0,
        'broken by 2',
      ],
      [
        'holds when no event has all of the tags',
        [{ tags: [tag('odd'), tag('number:1')] }],
        0,
        'recorded at 4',
      ],
      [
        'fails for an event of the type and with the tag',
        [{ types: ['number.retracted'], tags: [tag('number:1')] }],
        0,
        'broken by 3',
      ],
      [
        'holds when type and tag match different events',
        [{ types: ['number.retracted'], tags: [tag('number:2')] }],
        0,
        'recorded at 4',
      ],
      ['fails when any item of the query matches', [{ types: ['log.opened'] }, ...TWO], 0, 'broken by 2'],
      [
        'names the first event that any item matches',
        [{ types: ['number.retracted'] }, ...TWO],
        1,
        'broken by 2',
      ],
      ['does not take a tag for a longer one', [{ tags: [tag('number:')] }], 0, 'recorded at 4'],
      ['does not take a tag for a shorter one', [{ tags: [tag('number:11')] }], 0, 'recorded at 4'],
      ['does not take a type for a tag', [{ tags: [tag('number.retracted')] }], 0, 'recorded at 4'],
      ['means everything by an item that asks for nothing', EVERYTHING, 2, 'broken by 3'],
      ['means everything by an item of no tags', [{ tags: [] }], 2, 'broken by 3'],
      ['means nothing by an item of no types', [{ types: [] }], 0, 'recorded at 4'],
      ['of everything holds at the head', EVERYTHING, 3, 'recorded at 4'],
      [
        'of everything names the event next to the position',
        [{ types: ['log.opened'] }, {}],
        1,
        'broken by 2',
      ],
      ['without an item always holds', [], 0, 'recorded at 4'],
    ])('%s', async (_what, query, after, expected) => {
      const condition = { query, after: position(after) };
      expect(await outcomeOf(logs.store, commit('c', [event()], { condition }))).toBe(expected);
    });

    it.each([4, 99])('is refused after position %i, which is not in the log', async (after) => {
      const asked = commit('c', [event()], { condition: { query: TWO, after: position(after) } });
      await expect(logs.store.append(asked)).rejects.toMatchObject({
        problem: 'position-not-in-log',
        extensions: { head: 3 },
      });
      expect(await logs.store.head()).toBe(3);
    });

    it('is not looked at when the commit is known already', async () => {
      const asked = commit('b', [event()], { condition: { query: TWO, after: position(99) } });
      expect(await logs.store.append(asked)).toMatchObject({ first: 2, repeated: true });
    });

    it('fails with an error that says which event broke it, and what to do', async () => {
      const asked = commit('c', [event()], { condition: { query: ONE, after: START } });
      const error: unknown = await logs.store.append(asked).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AppendConditionFailed);
      expect(error).toMatchObject({ position: 1, message: expect.stringContaining('position 1') });
    });

    it('does not look at the commit that it belongs to', async () => {
      const condition = { query: [{ tags: [tag('number:3')] }], after: START };
      const own = commit(
        'c',
        events(2, () => ({ tags: ['number:3'] })),
        { condition },
      );
      expect(await outcomeOf(logs.store, own)).toBe('recorded at 4');
    });

    it('finds the first that breaks it far down in a long log', async () => {
      const filler = events(700, () => ({ tags: ['number:1'] }));
      for (const nth of [1, 2, 3]) await logs.store.append(commit(`filler${nth}`, filler));
      await logs.store.append(commit('c', [event({ tags: ['rare'] }), event({ tags: ['rare'] })]));
      await logs.store.append(commit('filler4', filler));
      const condition = { query: [{ types: ['number.recorded'], tags: [tag('rare')] }], after: START };
      expect(await outcomeOf(logs.store, commit('d', [event()], { condition }))).toBe('broken by 2104');
    });

    it('that failed may be repeated with the position of the event that broke it', async () => {
      const ask = (after: number): Promise<string> =>
        outcomeOf(logs.store, commit('c', [event()], { condition: { query: ONE, after: position(after) } }));
      expect([await ask(0), await ask(1), await ask(3)]).toEqual([
        'broken by 1',
        'broken by 3',
        'recorded at 4',
      ]);
    });
  });

  describe('append conditions of concurrent appends', () => {
    const logs = aLogForEach(factory);
    const one = (): ReturnType<typeof event> => event({ tags: ['number:1'] });
    const unlessOne = { condition: { query: ONE, after: START } };
    const unlessAny = { condition: { query: EVERYTHING, after: START } };

    it('see the appends before them', async () => {
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a', [event(), one()])),
        outcomeOf(logs.store, commit('b', [event()], unlessOne)),
      ]);
      expect(outcomes).toEqual(['recorded at 1', 'broken by 2']);
    });

    it('of everything see the appends before them', async () => {
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a')),
        outcomeOf(logs.store, commit('b', undefined, unlessAny)),
      ]);
      expect(outcomes).toEqual(['recorded at 1', 'broken by 1']);
    });

    it('do not see the appends after them', async () => {
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a', [event()], unlessOne)),
        outcomeOf(logs.store, commit('b', [one()])),
      ]);
      expect(outcomes).toEqual(['recorded at 1', 'recorded at 2']);
    });

    it('are not broken by an append that was itself refused', async () => {
      await logs.store.append(commit('before'));
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a', [one()], unlessAny)),
        outcomeOf(logs.store, commit('b', [event()], unlessOne)),
      ]);
      expect(outcomes).toEqual(['broken by 1', 'recorded at 2']);
    });

    it('may name a position that is not recorded yet', async () => {
      const after = { condition: { query: ONE, after: position(2) } };
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a', [one(), one()])),
        outcomeOf(logs.store, commit('b', [one()], after)),
        outcomeOf(logs.store, commit('c', [one()], after)),
      ]);
      expect(outcomes).toEqual(['recorded at 1', 'recorded at 3', 'broken by 3']);
    });

    it('let exactly one of a hundred succeed', async () => {
      const outcomes = await Promise.all(
        events(100, () => ({ tags: ['number:1'] })).map((each, index) =>
          outcomeOf(logs.store, commit(`c${index}`, [each], unlessOne)),
        ),
      );
      expect(outcomes).toEqual(['recorded at 1', ...Array<string>(99).fill('broken by 1')]);
    });

    it('do not conflict when they are about different things', async () => {
      const outcomes = await Promise.all(
        events(100).map((_, index) => {
          const tags = [`number:${index}`];
          const condition = { query: [{ tags: tags.map(tag) }], after: START };
          return outcomeOf(logs.store, commit(`c${index}`, [event({ tags })], { condition }));
        }),
      );
      expect(outcomes.filter((outcome) => !outcome.startsWith('recorded'))).toEqual([]);
    });

    it('lose no update of many callers that read, decide and append until they succeed', async () => {
      const increment = async (name: string): Promise<void> => {
        for (let attempt = 1; ; attempt += 1) {
          const head = await logs.store.head();
          const before = await dataOf(logs.store, ONE, { through: head });
          const next = event({ tags: ['number:1'], data: before.length + 1 });
          const condition = { query: ONE, after: head };
          const outcome = await outcomeOf(logs.store, commit(`${name}/${attempt}`, [next], { condition }));
          if (outcome.startsWith('recorded')) return;
        }
      };
      await Promise.all(events(12).map((_, index) => increment(`caller${index}`)));
      expect(await dataOf(logs.store, ONE)).toEqual(events(12).map((_, index) => index + 1));
    });
  });
}
