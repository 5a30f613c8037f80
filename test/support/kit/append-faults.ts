/** Faults of appending. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppendConditionFailed } from '../../../src/runtime/event-log/errors.js';
import type { EventStore } from '../../../src/runtime/event-log/event-store.js';
import {
  START,
  commitId,
  position,
  type AppendCondition,
  type Commit,
  type NewCommit,
} from '../../../src/runtime/event-log/event.js';
import type { Fault, Faults } from './faulty-store.js';

const unconditionally = (commit: NewCommit): NewCommit => ({
  ...commit,
  condition: { query: [], after: START },
});

/** Checks the condition with a read of its own, as a store without transactions would. */
async function check(store: EventStore, condition: AppendCondition | undefined): Promise<void> {
  if (condition === undefined) return;
  for await (const [first] of store.read(condition.query, { after: condition.after })) {
    if (first !== undefined) throw new AppendConditionFailed(first.position);
  }
}

async function eventByEvent(store: EventStore, commit: NewCommit): Promise<Commit> {
  const answers: Commit[] = [];
  for (const [index, event] of commit.events.entries()) {
    const id = index === 0 ? commit.id : commitId(`${commit.id}+${index}`);
    answers.push(await store.append({ ...commit, id, events: [event] }));
    await nextTurn();
  }
  const [first, last] = [answers[0], answers.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a commit has events');
  return { ...first, last: last.last };
}

export const APPEND_FAULTS: readonly Fault[] = [
  {
    what: 'records a commit event by event',
    noticedBy: 'a commit is all or nothing › so no part of it is seen when the log is counted meanwhile',
    faults: () => ({ append: eventByEvent }),
  },
  {
    what: 'records what it refuses',
    noticedBy: 'a commit is all or nothing › so none of it is recorded when its condition fails',
    faults: () => ({
      append: (right, commit) =>
        right.append(commit).catch(async (error: unknown) => {
          await right.append(unconditionally(commit));
          throw error;
        }),
    }),
  },
  {
    what: 'lets times run back',
    noticedBy: 'time › never runs back between one append and the next',
    faults: () => ({ append: (right, commit) => right.append({ ...commit, isImported: true }) }),
  },
  {
    what: 'gives an imported commit another time',
    noticedBy: 'time › is kept as it was by a commit that is imported',
    faults: () => ({ append: (right, commit) => right.append({ ...commit, isImported: false }) }),
  },
  {
    what: 'takes a condition about what comes after the head',
    noticedBy: 'an append condition › is refused after position 99, which is not in the log',
    faults: () => ({
      append: async (right, commit) =>
        right.append(
          commit.condition !== undefined && commit.condition.after > (await right.head())
            ? unconditionally(commit)
            : commit,
        ),
    }),
  },
  {
    what: 'answers small commits before large ones',
    noticedBy: 'concurrent appends › are answered in that order although the first are much larger',
    faults: () => ({
      append: async (right, commit) => {
        const answer = await right.append(commit);
        for (let each = 0; each < commit.events.length; each += 100) await nextTurn();
        return answer;
      },
    }),
  },
  {
    what: 'lets appends without a condition overtake others',
    noticedBy: 'concurrent appends › keep their order with and without conditions',
    faults: () => ({
      append: async (right, commit) => {
        if (commit.condition !== undefined) await nextTurn();
        return right.append(commit);
      },
    }),
  },
  {
    what: 'checks a condition and records later, without a lock',
    noticedBy: 'append conditions of concurrent appends › let exactly one of a hundred succeed',
    faults: () => ({
      append: async (right, commit) => {
        await check(right, commit.condition);
        return right.append(unconditionally(commit));
      },
    }),
  },
  {
    what: 'checks conditions within one store only',
    noticedBy: 'stores that append to one log › let exactly one succeed of all appends under one condition',
    faults: () => ({
      append: async (right, commit) => {
        await check(right, commit.condition);
        await nextTurn();
        return right.append(unconditionally(commit));
      },
    }),
  },
  {
    what: 'counts the event at the position of a condition',
    noticedBy: 'an append condition › holds when the matching event is at the position',
    faults: () => ({
      append: (right, { condition, ...commit }) =>
        right.append({
          ...commit,
          ...(condition && {
            condition: { ...condition, after: position(Math.max(0, condition.after - 1)) },
          }),
        }),
    }),
  },
  {
    what: 'requires only one of a condition’s tags',
    noticedBy: 'an append condition › holds when no event has all of the tags',
    faults: () => ({
      append: (right, { condition, ...commit }) =>
        right.append({
          ...commit,
          ...(condition && {
            condition: {
              ...condition,
              query: condition.query.flatMap(({ tags = [], ...item }) =>
                tags.length === 0 ? [item] : tags.map((tag) => ({ ...item, tags: [tag] })),
              ),
            },
          }),
        }),
    }),
  },
  {
    what: 'checks the condition of a repeated commit',
    noticedBy: 'a repeated commit id › is answered even though its condition would not hold any more',
    faults: () => ({
      append: async (right, commit) => {
        await check(right, commit.condition);
        return right.append(commit);
      },
    }),
  },
  {
    what: 'remembers only the last thousand commit ids',
    noticedBy: 'a repeated commit id › is known however many commits came after it',
    faults: (): Faults => {
      const known: string[] = [];
      return {
        append: async (right, commit) => {
          if (known.includes(commit.id)) return right.append(commit);
          known.push(commit.id);
          if (known.length > 1000) known.shift();
          const used = await right.find(commit.id);
          return right.append(
            used === undefined ? commit : { ...commit, id: commitId(`${commit.id} again`) },
          );
        },
      };
    },
  },
  {
    what: 'does not keep ids that were made for their append',
    noticedBy: 'a repeated commit id › is known also when it was made for the first append',
    faults: () => ({
      append: (right, commit) =>
        right.append(commit.isNewId === true ? { ...commit, id: commitId(`${commit.id}, made`) } : commit),
    }),
  },
  {
    what: 'answers a repeated commit with its new content',
    noticedBy:
      'a repeated commit id › gets them also when it comes with other events, another time and another fingerprint',
    faults: () => ({
      append: async (right, commit) => ({ ...(await right.append(commit)), time: commit.time }),
    }),
  },
  {
    what: 'remembers the commit id of a refused append',
    noticedBy: 'the commit id of an append that was refused › is still new',
    faults: (): Faults => {
      const refused = new Map<string, unknown>();
      return {
        append: async (right, commit) => {
          if (refused.has(commit.id)) throw refused.get(commit.id);
          return right.append(commit).catch((error: unknown) => {
            refused.set(commit.id, error);
            throw error;
          });
        },
      };
    },
  },
  {
    what: 'knows the commit ids of one store only',
    noticedBy: 'stores that append to one log › know the commit ids of the other',
    faults: (): Faults => {
      const own = new Set<string>();
      return {
        append: async (right, commit) => {
          const isOthers = !own.has(commit.id) && (await right.find(commit.id)) !== undefined;
          own.add(commit.id);
          return right.append(isOthers ? { ...commit, id: commitId(`${commit.id} again`) } : commit);
        },
      };
    },
  },
  {
    what: 'stamps commits with a time of its own',
    noticedBy:
      'an event that is recorded › keeps the time that it was given, if imported also one before an earlier event’s',
    faults: () => ({
      append: (right, commit) => right.append({ ...commit, time: '2026-02-01T00:00:00.000Z' }),
    }),
  },
  {
    what: 'normalizes text',
    noticedBy: 'text that looks alike › is told apart: composed and not',
    faults: () => ({
      append: (right, commit) => right.append({ ...commit, id: commitId(commit.id.normalize('NFC')) }),
    }),
  },
];
