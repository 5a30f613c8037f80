/** Faults of waiting, following, closing and identity. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { position } from '../../../src/runtime/event-log/event.js';
import type { Fault, Faults } from './faulty-store.js';

const ignore = (): void => undefined;

export const OTHER_FAULTS: readonly Fault[] = [
  {
    what: 'has one identity for all logs',
    noticedBy: 'an empty log › has an identity that no other log has',
    faults: () => ({ identity: 'log' }),
  },
  {
    what: 'finds a commit without its fingerprint',
    noticedBy: 'a commit that is looked for › is found by its id, as it was answered',
    faults: () => ({
      find: async (right, id) => {
        const commit = await right.find(id);
        return commit && { id, first: commit.first, last: commit.last, time: commit.time, repeated: false };
      },
    }),
  },
  {
    what: 'wakes at every append',
    noticedBy: 'waiting for the head to advance › goes on while the head is not after the position',
    faults: () => ({ advanced: () => nextTurn() }),
  },
  {
    what: 'wakes only for what is new',
    noticedBy: 'waiting for the head to advance › ends at once when the head is after the position',
    faults: () => ({
      advanced: async (right, after, signal) =>
        right.advanced(position(Math.max(after, await right.head())), signal),
    }),
  },
  {
    what: 'wakes before there is something to read',
    noticedBy: 'waiting for the head to advance › ends only when there is something to read',
    faults: (): Faults => {
      let woken = ignore;
      return {
        append: async (right, commit) => {
          woken();
          for (let turn = 0; turn < 5; turn += 1) await nextTurn();
          return right.append(commit);
        },
        advanced: () =>
          new Promise<void>((resolve) => {
            woken = resolve;
          }),
      };
    },
  },
  {
    what: 'rejects with a reason of its own when aborted',
    noticedBy: 'waiting that is aborted › ends with the signal’s reason',
    faults: () => ({
      advanced: (right, after, signal) =>
        right.advanced(after, signal).catch(() => {
          throw new Error('called off');
        }),
    }),
  },
  {
    what: 'leaves a listener for each wait',
    noticedBy: 'waiting that is aborted › leaves no listener on its signal once it is over',
    faults: () => ({
      advanced: (right, after, signal) => {
        signal.addEventListener('abort', () => undefined);
        return right.advanced(after, signal);
      },
    }),
  },
  {
    what: 'makes positions visible out of order',
    noticedBy:
      'following while sixteen writers append commits of uneven size › shows each position once, in order, to a follower that begins before them',
    faults: (): Faults => {
      const underWay = new Set<string>();
      return {
        append: async (right, commit) => {
          underWay.add(commit.id);
          const answer = await right.append(commit);
          for (let each = 0; each < commit.events.length; each += 10) await nextTurn();
          underWay.delete(commit.id);
          return answer;
        },
        read: async function* (right, query, range) {
          for await (const page of right.read(query, range)) {
            const visible = page.filter((event) => !underWay.has(event.commit));
            if (visible.length > 0) yield visible;
          }
        },
      };
    },
  },
  {
    what: 'goes on appending when it is closed',
    noticedBy: 'a log that is closed › refuses later appends',
    faults: () => ({ close: () => Promise.resolve() }),
  },
  {
    what: 'drops pending appends when it is closed',
    noticedBy: 'a log that is closed › has recorded what was appended before',
    faults: () => ({
      append: async (right, commit) => {
        await nextTurn();
        return right.append(commit);
      },
    }),
  },
  {
    what: 'ends a read early when it is closed',
    noticedBy: 'a log that is closed › ends no read early without an error',
    faults: (): Faults => {
      let isClosed = false;
      return {
        read: async function* (right, query, range) {
          for await (const page of right.read(query, range)) {
            if (isClosed) return;
            yield page;
          }
        },
        close: (right) => {
          isClosed = true;
          return right.close();
        },
      };
    },
  },
];
