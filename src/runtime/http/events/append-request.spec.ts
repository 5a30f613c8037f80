/** What `POST /events` accepts. */
import { InvalidBody } from '../kernel/problem.js';
import { readAppendRequest, readCloudEvents } from './append-request.js';

/** Where the body is at fault. */
function faults(read: (body: unknown) => unknown, body: unknown): readonly (string | undefined)[] {
  try {
    read(body);
  } catch (error) {
    if (error instanceof InvalidBody) return error.faults.map(({ pointer }) => pointer);
    throw error;
  }
  return [];
}

const event = { type: 'number.recorded', data: { value: '5' } };

describe('readAppendRequest', () => {
  it('reads events', () => {
    expect(readAppendRequest({ events: [event, { ...event, tags: ['number:1'] }] })).toEqual({
      events: [event, { ...event, tags: ['number:1'] }],
    });
  });

  it('reads a condition', () => {
    const condition = { query: [{ types: ['number.recorded'], tags: ['number:1'] }], after: 7 };
    expect(readAppendRequest({ events: [event], condition }).condition).toEqual(condition);
  });

  it('reads a condition that means everything', () => {
    const condition = { query: [{}], after: 0 };
    expect(readAppendRequest({ events: [event], condition }).condition).toEqual(condition);
  });

  it('reads a condition of several items', () => {
    const query = [{ types: ['number.recorded'] }, { tags: ['number:1', 'number:2'] }];
    expect(readAppendRequest({ events: [event], condition: { query, after: 7 } }).condition).toEqual({
      query,
      after: 7,
    });
  });

  it('reads a condition without a position as one that no event is too old to break', () => {
    const condition = { query: [{ tags: ['number:1'] }] };
    expect(readAppendRequest({ events: [event], condition }).condition).toEqual({ ...condition, after: 0 });
  });

  it('takes 10,000 events', () => {
    expect(readAppendRequest({ events: Array(10_000).fill(event) }).events).toHaveLength(10_000);
  });

  it.each<readonly [what: string, body: unknown, pointer: string]>([
    ['no body', undefined, '#'],
    ['a list', [event], '#'],
    ['no events', {}, '#/events'],
    ['an empty list of events', { events: [] }, '#/events'],
    ['more than 10,000 events', { events: Array(10_001).fill(event) }, '#/events'],
    ['an event without a type', { events: [event, { data: 1 }] }, '#/events/1/type'],
    ['an event with an empty type', { events: [{ type: '', data: 1 }] }, '#/events/0/type'],
    ['an event with something more', { events: [{ ...event, position: 1 }] }, '#/events/0/position'],
    ['an empty tag', { events: [{ ...event, tags: ['a', ''] }] }, '#/events/0/tags/1'],
    ['a tag that is too long', { events: [{ ...event, tags: ['x'.repeat(256)] }] }, '#/events/0/tags/0'],
    ['more than 100 tags', { events: [{ ...event, tags: Array(101).fill('a') }] }, '#/events/0/tags'],
    ['a condition without a query', { events: [event], condition: { after: 0 } }, '#/condition/query'],
    ['a query without an item', { events: [event], condition: { query: [], after: 0 } }, '#/condition/query'],
    ['a negative position', { events: [event], condition: { query: [{}], after: -1 } }, '#/condition/after'],
    [
      'null for a position',
      { events: [event], condition: { query: [{}], after: null } },
      '#/condition/after',
    ],
    ['half a position', { events: [event], condition: { query: [{}], after: 0.5 } }, '#/condition/after'],
    [
      'an empty list of types',
      { events: [event], condition: { query: [{ types: [] }], after: 0 } },
      '#/condition/query/0/types',
    ],
    [
      'something unknown in a condition',
      { events: [event], condition: { query: [{}], before: 7 } },
      '#/condition/before',
    ],
    ['something unknown', { events: [event], expectedVersion: 1 }, '#/expectedVersion'],
  ])('refuses %s, and points to it', (_what, body, pointer) => {
    expect(faults(readAppendRequest, body)).toEqual([pointer]);
  });
});

describe('readCloudEvents', () => {
  const cloudEvent = { specversion: '1.0', id: 'x', source: '/x', ...event };

  it('reads one', () => {
    expect(readCloudEvents({ ...cloudEvent, tags: 'a,b' })).toEqual({
      events: [{ ...event, tags: ['a', 'b'] }],
    });
  });

  it('reads a batch', () => {
    expect(readCloudEvents([cloudEvent, cloudEvent])).toEqual({ events: [event, event] });
  });

  it.each<readonly [what: string, body: unknown, pointer: string]>([
    ['an empty batch', [], '#'],
    ['another version in a batch', [cloudEvent, { ...cloudEvent, specversion: '2.0' }], '#/1/specversion'],
    ['one without a type', { ...cloudEvent, type: undefined }, '#/type'],
    ['binary data', { ...cloudEvent, data: undefined, data_base64: 'e30=' }, '#/data_base64'],
    ['both kinds of data', { ...cloudEvent, data_base64: 'e30=' }, '#/data_base64'],
    ['data of another type', { ...cloudEvent, datacontenttype: 'text/xml' }, '#/datacontenttype'],
    ['a content type that is no text', { ...cloudEvent, datacontenttype: 5 }, '#/datacontenttype'],
  ])('refuses %s, and points to it', (_what, body, pointer) => {
    expect(faults(readCloudEvents, body)).toEqual([pointer]);
  });

  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'text/json',
    'application/vnd.a+json',
    undefined,
  ])('reads data of the type %s', (datacontenttype) => {
    expect(readCloudEvents({ ...cloudEvent, datacontenttype })).toEqual({ events: [event] });
  });

  it.each(['', 'a,,b', 'x'.repeat(256)])('refuses the tags %j, and points to them', (tags) => {
    expect(faults(readCloudEvents, { ...cloudEvent, tags })).toEqual(['#/tags']);
  });
});
