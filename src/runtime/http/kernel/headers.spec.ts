/** Request headers that more than one endpoint reads. */
import { MAX_WAIT_SECONDS, NotAcceptable, matchesEntityTag, negotiate, preferredWait } from './headers.js';
import { InvalidHeader } from './problem.js';

describe('preferredWait', () => {
  it.each<readonly [prefer: string | string[] | undefined, seconds: number]>([
    [undefined, 0],
    ['', 0],
    ['wait=5', 5],
    ['wait=0', 0],
    ['WAIT=5', 5],
    ['wait = 5', 5],
    ['wait="5"', 5],
    ['respond-async, wait=10', 10],
    ['wait=10;foo=bar, respond-async', 10],
    ['wait=5, wait=9', 5],
    [['respond-async', 'wait=7'], 7],
    ['return=minimal', 0],
    ['waiting=5', 0],
  ])('takes %j as %d seconds', (prefer, seconds) => {
    expect(preferredWait(prefer)).toBe(seconds);
  });

  it('waits no longer than it may', () => {
    expect(preferredWait('wait=999999')).toBe(MAX_WAIT_SECONDS);
  });

  it.each(['wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'wait=1e1', 'wait=9999999999'])(
    'refuses %j',
    (prefer) => {
      expect(() => preferredWait(prefer)).toThrow(InvalidHeader);
    },
  );
});

describe('matchesEntityTag', () => {
  it.each<readonly [ifNoneMatch: string | undefined, expected: boolean]>([
    [undefined, false],
    ['"7"', true],
    ['"8"', false],
    ['7', false],
    ['W/"7"', true],
    ['"6", "7"', true],
    ['"6",W/"7"', true],
    ['"6", "8"', false],
    ['*', true],
    ['"*"', false],
    ['', false],
  ])('If-None-Match: %j names "7": %j', (ifNoneMatch, expected) => {
    expect(matchesEntityTag(ifNoneMatch, '"7"')).toBe(expected);
  });
});

describe('negotiate', () => {
  const OFFERED = ['application/json', 'application/x-ndjson', 'text/event-stream'] as const;

  it.each<readonly [accept: string | undefined, type: string]>([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/event-stream'],
    ['text/event-stream', 'text/event-stream'],
    ['TEXT/Event-Stream', 'text/event-stream'],
    ['text/html, application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/json; q=0.5 , application/x-ndjson; q=0.4', 'application/json'],
    ['*/*;q=0.1, text/event-stream', 'text/event-stream'],
    ['application/*, application/json;q=0', 'application/x-ndjson'],
    ['application/json;q=0, */*', 'application/x-ndjson'],
    ['application/json;charset=utf-8', 'application/json'],
    ['text/event-stream, application/json', 'application/json'],
  ])('answers Accept: %s with %s', (accept, type) => {
    expect(negotiate(accept, OFFERED)).toBe(type);
  });

  it.each(['text/html', 'application/json;q=0', 'image/*', 'application'])(
    'has nothing for Accept: %s',
    (accept) => {
      expect(() => negotiate(accept, OFFERED)).toThrow(NotAcceptable);
    },
  );

  it('names what can be had when it has nothing', () => {
    expect(() => negotiate('text/html', OFFERED)).toThrow(
      'This can be had as application/json or application/x-ndjson or text/event-stream.',
    );
  });
});
