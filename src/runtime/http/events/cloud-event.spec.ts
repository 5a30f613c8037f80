/** Events as CloudEvents 1.0. */
import { recordedEvent } from '../../../../test/support/recorded-event.js';
import { tag } from '../../event-log/event.js';
import { incomingCloudEvent, toCloudEvent } from './cloud-event.js';

const event = recordedEvent(7, { revision: 2, data: { value: '5' } });

describe('toCloudEvent', () => {
  it('has what CloudEvents 1.0 requires, with the position as its id', () => {
    expect(toCloudEvent(event)).toEqual({
      specversion: '1.0',
      id: '7',
      source: '/events',
      type: 'number.recorded',
      time: '2026-01-31T12:00:00.000Z',
      datacontenttype: 'application/json',
      data: { value: '5' },
      revision: 2,
      commit: 'c',
    });
  });

  it('has an id of its own when it shares its position', () => {
    expect([1, 2].map((part) => toCloudEvent({ ...event, part }).id)).toEqual(['7.1', '7.2']);
  });

  it('joins tags', () => {
    expect(toCloudEvent({ ...event, tags: [tag('number:7'), tag('odd')] }).tags).toBe('number:7,odd');
  });

  it('tells what it belongs to', () => {
    const metadata = { correlationId: 'c-1', causationId: 'c-0', other: 'x' };
    expect(toCloudEvent({ ...event, metadata })).toMatchObject({ correlationid: 'c-1', causationid: 'c-0' });
  });

  it('leaves out metadata that is no text', () => {
    expect(toCloudEvent({ ...event, metadata: { correlationId: 5 } })).not.toHaveProperty('correlationid');
  });

  it('names its attributes with lower case letters and digits only', () => {
    const metadata = { correlationId: 'c-1', causationId: 'c-0' };
    const names = Object.keys(toCloudEvent({ ...event, tags: [tag('odd')], metadata }));
    expect(names.filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
  });
});

describe('incomingCloudEvent', () => {
  it('reads what is to be recorded and nothing else', () => {
    expect(incomingCloudEvent.parse(toCloudEvent({ ...event, tags: [tag('a'), tag('b')] }))).toEqual({
      type: 'number.recorded',
      data: { value: '5' },
      tags: ['a', 'b'],
    });
  });

  it('has no tags where none are given', () => {
    expect(incomingCloudEvent.parse(toCloudEvent(event))).not.toHaveProperty('tags');
  });

  it('refuses another version of CloudEvents', () => {
    const other = { ...toCloudEvent(event), specversion: '0.3' };
    expect(incomingCloudEvent.safeParse(other).error?.issues[0]?.message).toBe('This reads CloudEvents 1.0.');
  });

  it('reads back every tag that a tag may be', () => {
    const sent = toCloudEvent({ ...event, tags: [tag('a,b')] });
    expect(incomingCloudEvent.parse(sent)).toMatchObject({ tags: ['a,b'] });
  });
});
