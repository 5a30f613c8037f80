/** A commit as bytes, and back. */
import { Packr } from 'msgpackr';
import { commitId, position, tag, type NewCommit } from '../../event.js';
import { decodeCommit, encodeCommit } from './commit-codec.js';

const commit: NewCommit = {
  id: commitId('c'),
  time: '2026-01-31T12:00:00.000Z',
  metadata: { correlationId: 'x' },
  fingerprint: 'f',
  events: [
    { type: 'number.recorded', revision: 2, tags: [tag('number:1')], data: { value: '5' } },
    { type: 'number.retracted', revision: 1, tags: [], data: null },
  ],
};

describe('the commit codec', () => {
  it('gives back what was recorded of the commit', () => {
    const { commit: decoded } = decodeCommit(encodeCommit(commit, position(7)));
    expect(decoded).toEqual({
      id: 'c',
      first: 7,
      last: 8,
      time: commit.time,
      fingerprint: 'f',
      repeated: false,
    });
  });

  it('gives back every event, with its position and what it shares with the others', () => {
    const { events } = decodeCommit(encodeCommit(commit, position(7)));
    const shared = { time: commit.time, commit: 'c', metadata: { correlationId: 'x' } };
    expect(events).toEqual([
      {
        position: 7,
        type: 'number.recorded',
        revision: 2,
        tags: ['number:1'],
        data: { value: '5' },
        ...shared,
      },
      { position: 8, type: 'number.retracted', revision: 1, tags: [], data: null, ...shared },
    ]);
  });

  it('has no fingerprint where none was given', () => {
    const bare: NewCommit = { id: commit.id, time: commit.time, metadata: {}, events: commit.events };
    expect(decodeCommit(encodeCommit(bare, position(1))).commit).not.toHaveProperty('fingerprint');
  });

  it('refuses a layout that it does not know', () => {
    const bytes = new Packr({ useRecords: false }).pack([2, 'c']);
    expect(() => decodeCommit(bytes)).toThrow('commit of layout 2');
  });
});
