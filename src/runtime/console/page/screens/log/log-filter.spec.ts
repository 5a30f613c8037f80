/** The filter of the log, between the URL and the server. */
import { linkWith, routeOf } from '../../routes.js';
import {
  WITHOUT_FILTER,
  bodyOf,
  entriesOf,
  filterOf,
  isEmpty,
  positionIn,
  withEntry,
  withoutEntry,
} from './log-filter.js';

const ALL = routeOf(
  '#/log?type=a&type=b&tag=t:1&since=2026-01-31T12:00:00Z&correlation=c&causation=d&principal=p&text=x&open=7',
);

describe('a filter in a URL', () => {
  it('is what the server is asked for', () => {
    expect(bodyOf(filterOf(ALL))).toEqual({
      query: [{ types: ['a', 'b'], tags: ['t:1'] }],
      where: {
        since: '2026-01-31T12:00:00Z',
        correlationId: 'c',
        causationId: 'd',
        principal: 'p',
        text: 'x',
      },
    });
  });

  it.each(['#/log', '#/log?open=7&at=3', '#/log?type=&text='])('is none in %s', (hash) => {
    const filter = filterOf(routeOf(hash));
    expect(isEmpty(filter)).toBe(true);
    expect(bodyOf(filter)).toEqual({ query: [{}] });
  });

  it('is shown condition by condition', () => {
    expect(entriesOf(routeOf('#/log?text=x&type=a&type=b'))).toEqual([
      { parameter: 'type', value: 'a' },
      { parameter: 'type', value: 'b' },
      { parameter: 'text', value: 'x' },
    ]);
  });

  it.each([
    ['type', 'c', ['a', 'b', 'c']],
    ['type', 'a', ['a', 'b']],
    ['tag', 't:2', ['t:1', 't:2']],
    ['text', 'y', ['y']],
  ] as const)('with %s %s has %j', (parameter, value, expected) => {
    expect(withEntry(ALL, { parameter, value })).toEqual({ [parameter]: expected });
  });

  it('loses one condition, or all', () => {
    expect(withoutEntry(ALL, { parameter: 'type', value: 'a' })).toEqual({ type: ['b'] });
    expect(linkWith(ALL, WITHOUT_FILTER)).toBe('#/log?open=7');
  });
});

it.each([
  ['7', 7],
  ['0', undefined],
  ['-1', undefined],
  ['7.5', undefined],
  ['x', undefined],
  ['', undefined],
])('a position %j of a URL is %s', (text, position) => {
  expect(positionIn(new URLSearchParams({ at: text }), 'at')).toBe(position);
});
