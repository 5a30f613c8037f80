/** What the screen of a projection says in words, and reads from URLs. */
import { routeOf } from '../../routes.js';
import { MAX_ROWS, withLive, type HistoryRow } from './history-row.js';
import { isUnderWay, resultOf, type Job } from './job.js';
import { behindText, kindOf } from './kind.js';
import { positionsIn, withoutIn } from './without.js';

describe('the events that are switched off', () => {
  it.each([
    ['#/projections/sum?without=18,17,17', [17, 18]],
    ['#/projections/sum?without=x,-1,0,1.5,3', [3]],
    ['#/projections/sum', []],
  ])('in %s are %j', (hash, positions) => {
    expect(withoutIn(routeOf(hash))).toEqual(positions);
  });

  it('are typed with commas or spaces between them', () => {
    expect(positionsIn(' 17 18,  19')).toEqual([17, 18, 19]);
  });
});

describe('a job', () => {
  it.each<[Job, 'audit' | 'rebuild', RegExp]>([
    [{ status: 'never' }, 'rebuild', /^There was no rebuild/],
    [{ status: 'failed', reason: 'The disk is full.' }, 'rebuild', /failed: The disk is full\./],
    [
      { status: 'done', position: 5, checked: 1, milliseconds: 12 },
      'audit',
      /no drift; 1 state was compared.*5, in 12 ms/,
    ],
    [
      { status: 'done', drift: { after: 1, upTo: 2, of: 'snapshot' } },
      'audit',
      /drift between 1 and 2: the snapshot/,
    ],
    [{ status: 'done', equal: false, milliseconds: 2500 }, 'rebuild', /another state.*2\.5 s/],
    [{ status: 'done', equal: true }, 'rebuild', /the same state/],
  ])('%j of the kind %s is told', (job, kind, words) => {
    expect(isUnderWay(job)).toBe(false);
    expect(resultOf(job, kind)).toMatch(words);
  });
});

describe('a projection', () => {
  it('is of a kind that its links and entities tell', () => {
    expect(kindOf({ links: { state: '/sum' } })).toBe('projection');
    expect(kindOf({ links: { state: '/orders' }, entities: { count: 1, faulted: 0 } })).toBe('entities');
    expect(kindOf({ links: {} })).toBe('read model');
  });

  it('is behind by events, and by an age where that is known', () => {
    expect(behindText({ events: 0, seconds: 0 })).toBe('–');
    expect(behindText({ events: 1200, seconds: 3.52 })).toBe('1,200 · 3.5 s');
    expect(behindText({ events: 2, seconds: null })).toBe('2');
  });
});

describe('a plot that goes on', () => {
  it('gets what is newer, and is thinned out before it grows without end', () => {
    let rows: readonly HistoryRow[] = [];
    for (let position = 1; position <= MAX_ROWS * 3; position += 1)
      rows = withLive(rows, { position, value: String(position) });
    expect(rows.length).toBeLessThanOrEqual(MAX_ROWS);
    expect(rows.at(-1)).toEqual({ position: MAX_ROWS * 3, numbers: new Map([['value', MAX_ROWS * 3]]) });
    expect(withLive(rows, { position: 5, value: '5' })).toBe(rows);
  });
});
