/** Deciding appends: known ids, append conditions, positions and hashes, against the log and within a batch. */
import { jest } from '@jest/globals';
import { newCommit } from '../../../test/support/new-commit.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type Commit,
  type NewCommit,
} from '../event-log/event.js';
import { NO_HASH, hashCommit } from '../event-log/commits/hashed-commit.js';
import { decideAppends, type LogView } from './decide-appends.js';

/** A log of five events, whose commits and conflicts the case names. */
function logOfFive(known: Partial<LogView> = {}): LogView {
  return {
    head: position(5),
    hash: Buffer.alloc(32, 7),
    time: '2026-01-31T12:00:00.000Z',
    findCommit: () => undefined,
    findConflict: () => undefined,
    ...known,
  };
}

const EMPTY_LOG = logOfFive({ head: START, hash: NO_HASH, time: undefined });

const RECORDED: Commit = {
  id: commitId('old'),
  first: position(2),
  last: position(3),
  time: '2026-01-31T12:00:00.000Z',
  repeated: false,
};

const tagged = (id: string, name: string): NewCommit => ({
  ...newCommit(id),
  events: [{ type: 'number.recorded', revision: 1, tags: [tag(name)], data: null }],
});

const onlyIfNo = (name: string, after: number, append: NewCommit): NewCommit => ({
  ...append,
  condition: { query: [{ tags: [tag(name)] }], after: position(after) },
});

const onlyIfNothing = (after: number, append: NewCommit): NewCommit => ({
  ...append,
  condition: { query: EVERYTHING, after: position(after) },
});

describe('a new commit', () => {
  it('gets the positions after the head', () => {
    const { events, ...commit } = newCommit('a');
    const append: NewCommit = { ...commit, events: [...events, ...events, ...events], fingerprint: 'f' };
    const { decisions } = decideAppends([append], logOfFive());
    expect(decisions).toEqual([
      {
        kind: 'recorded',
        commit: {
          id: 'a',
          first: 6,
          last: 5 + append.events.length,
          time: append.time,
          repeated: false,
          fingerprint: 'f',
        },
      },
    ]);
  });

  it('begins an empty log at position 1', () => {
    const { decisions } = decideAppends([newCommit('a')], EMPTY_LOG);
    expect(decisions).toMatchObject([{ kind: 'recorded', commit: { first: 1, last: 1 } }]);
  });

  it('gets the positions after those of the commit before it in the batch', () => {
    const { pending } = decideAppends([newCommit('a'), newCommit('b')], logOfFive());
    expect(pending.map(({ commit }) => [commit.id, commit.first])).toEqual([
      ['a', 6],
      ['b', 7],
    ]);
  });

  it('is hashed together with the hash of the commit before it', () => {
    const log = logOfFive();
    const [a, b] = [newCommit('a'), newCommit('b')];
    const { pending } = decideAppends([a, b], log);
    const first = hashCommit(a, position(6), log.hash);
    const second = hashCommit(b, position(7), first.hash);
    expect(pending.map(({ previous, hashed }) => [previous, hashed.hash])).toEqual([
      [log.hash, first.hash],
      [first.hash, second.hash],
    ]);
  });
});

describe('a known commit id', () => {
  it('is answered with what the log has under it, and records nothing', () => {
    const log = logOfFive({ findCommit: (id) => (id === RECORDED.id ? RECORDED : undefined) });
    expect(decideAppends([newCommit('old')], log)).toEqual({
      decisions: [{ kind: 'repeated', first: RECORDED }],
      pending: [],
    });
  });

  it('is answered with the commit of the same batch', () => {
    const { decisions, pending } = decideAppends([newCommit('a'), newCommit('a')], logOfFive());
    expect(decisions).toEqual([
      { kind: 'recorded', commit: pending[0]?.commit },
      { kind: 'repeated', first: pending[0]?.commit },
    ]);
    expect(pending).toHaveLength(1);
  });

  it('is answered although the condition no longer holds', () => {
    const log = logOfFive({ findCommit: () => RECORDED, findConflict: () => position(3) });
    const { decisions } = decideAppends([onlyIfNo('x', 0, newCommit('old'))], log);
    expect(decisions).toMatchObject([{ kind: 'repeated' }]);
  });

  it('is not looked up when the id was made for this append', () => {
    const findCommit = jest.fn(() => RECORDED);
    const append: NewCommit = { ...newCommit('new'), isNewId: true };
    const { decisions } = decideAppends([append], logOfFive({ findCommit }));
    expect(decisions).toMatchObject([{ kind: 'recorded' }]);
    expect(findCommit).not.toHaveBeenCalled();
  });
});

describe('an append condition', () => {
  it('is broken by the event that the log finds', () => {
    const log = logOfFive({ findConflict: () => position(4) });
    expect(decideAppends([onlyIfNo('x', 2, newCommit('a'))], log)).toEqual({
      decisions: [{ kind: 'conflict', position: 4 }],
      pending: [],
    });
  });

  it('is broken by an event before it in the batch', () => {
    const appends = [tagged('a', 'y'), tagged('b', 'x'), onlyIfNo('x', 5, newCommit('c'))];
    const { decisions } = decideAppends(appends, logOfFive());
    expect(decisions[2]).toEqual({ kind: 'conflict', position: 7 });
  });

  it('is not broken by an event of the batch up to its position', () => {
    const appends = [tagged('a', 'x'), onlyIfNo('x', 6, newCommit('b'))];
    const { decisions } = decideAppends(appends, logOfFive());
    expect(decisions[1]).toMatchObject({ kind: 'recorded' });
  });

  it('is not broken by an append of the batch that is refused itself', () => {
    const log = logOfFive({ findConflict: ({ after }) => (after === 0 ? position(1) : undefined) });
    const appends = [onlyIfNo('z', 0, tagged('a', 'x')), onlyIfNo('x', 5, newCommit('b'))];
    const { decisions } = decideAppends(appends, log);
    expect(decisions).toMatchObject([{ kind: 'conflict' }, { kind: 'recorded', commit: { first: 6 } }]);
  });

  it('is not broken by the events that are appended under it', () => {
    const { decisions } = decideAppends([onlyIfNo('x', 5, tagged('a', 'x'))], logOfFive());
    expect(decisions).toMatchObject([{ kind: 'recorded' }]);
  });

  it('on every event is decided by the head, without a look into the log', () => {
    const findConflict = jest.fn(() => position(1));
    const appends = [onlyIfNothing(2, newCommit('a')), onlyIfNothing(5, newCommit('b'))];
    const { decisions } = decideAppends(appends, logOfFive({ findConflict }));
    expect(decisions).toMatchObject([{ kind: 'conflict', position: 3 }, { kind: 'recorded' }]);
    expect(findConflict).not.toHaveBeenCalled();
  });

  it('on every event is broken by the batch', () => {
    const appends = [newCommit('a'), onlyIfNothing(5, newCommit('b'))];
    const { decisions } = decideAppends(appends, logOfFive());
    expect(decisions[1]).toEqual({ kind: 'conflict', position: 6 });
  });
});

describe('an append that cannot be decided', () => {
  it('fails alone, and the appends around it are recorded', () => {
    const error = new Error('damaged');
    const log = logOfFive({
      findCommit: (id) => {
        if (id === 'b') throw error;
        return undefined;
      },
    });
    const { decisions, pending } = decideAppends(
      ['a', 'b', 'c'].map((id) => newCommit(id)),
      log,
    );
    expect(decisions).toMatchObject([{ kind: 'recorded' }, { kind: 'failed', error }, { kind: 'recorded' }]);
    expect(pending.map(({ commit }) => [commit.id, commit.first])).toEqual([
      ['a', 6],
      ['c', 7],
    ]);
  });

  it('fails alone when it cannot be encoded', () => {
    const unencodable: NewCommit = {
      ...newCommit('b'),
      events: [{ type: 'x', revision: 1, tags: [], data: { value: Symbol('no JSON') as never } }],
    };
    const { decisions } = decideAppends([newCommit('a'), unencodable, newCommit('c')], logOfFive());
    expect(decisions.map(({ kind }) => kind)).toEqual(['recorded', 'failed', 'recorded']);
  });
});

describe('the time of a commit', () => {
  const at = (id: string, time: string, more: Partial<NewCommit> = {}): NewCommit =>
    newCommit(id, id, { time, ...more });
  const times = (appends: readonly NewCommit[], log = logOfFive()): readonly string[] =>
    decideAppends(appends, log).pending.map(({ commit }) => commit.time);
  const [JANUARY, HEAD, LATER] = [
    '2026-01-01T00:00:00.000Z',
    '2026-01-31T12:00:00.000Z',
    '2026-01-31T12:00:00.001Z',
  ];

  it('is that of its append, unless that is before the head', () => {
    expect(times([at('a', HEAD), at('b', LATER)])).toEqual([HEAD, LATER]);
    expect(times([at('a', JANUARY)])).toEqual([HEAD]);
  });

  it('is no earlier than that of a commit before it in the batch', () => {
    expect(times([at('a', LATER), at('b', JANUARY)])).toEqual([LATER, LATER]);
  });

  it('is that of its append in an empty log', () => {
    expect(times([at('a', JANUARY)], EMPTY_LOG)).toEqual([JANUARY]);
  });

  it('is that of the log that it was imported from', () => {
    expect(times([at('a', JANUARY, { isImported: true })])).toEqual([JANUARY]);
  });

  it('is what is hashed', () => {
    const { pending } = decideAppends([at('a', JANUARY)], logOfFive());
    const expected = hashCommit(at('a', HEAD), position(6), Buffer.alloc(32, 7));
    expect(pending[0]?.hashed.hash).toEqual(expected.hash);
  });
});

describe('a condition about what comes after the head', () => {
  it.each([6, 1000])('is refused: after %i', (after) => {
    const { decisions, pending } = decideAppends([onlyIfNo('x', after, newCommit('a'))], logOfFive());
    expect(decisions).toMatchObject([
      { kind: 'failed', error: { problem: 'position-not-in-log', extensions: { head: 5 } } },
    ]);
    expect(pending).toEqual([]);
  });

  it('is decided at the head', () => {
    expect(decideAppends([onlyIfNo('x', 5, newCommit('a'))], logOfFive()).decisions).toMatchObject([
      { kind: 'recorded' },
    ]);
  });
});
