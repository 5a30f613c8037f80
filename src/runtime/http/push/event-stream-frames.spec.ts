import { beginning, ending } from '../kernel/event-streams.js';
import { bytesOf, frameOf } from './event-stream-frames.js';

describe('server-sent events', () => {
  it('have an id, and one line of data', () => {
    expect(frameOf({ id: '7.2', data: '{"a":"b\\nc"}' })).toBe('id: 7.2\ndata: {"a":"b\\nc"}\n\n');
  });

  it('have a name where it is not message', () => {
    expect(frameOf({ id: '7', data: '1', event: 'x' })).toBe('event: x\nid: 7\ndata: 1\n\n');
  });

  it('without data set the id alone, and are not dispatched', () => {
    expect(frameOf({ id: '7' })).toBe('id: 7\n\n');
  });

  it('are written once for all clients', () => {
    const message = { id: '7', data: '"é"' };
    expect(bytesOf([message])).toBe(bytesOf([message]));
    expect(bytesOf([message, message]).toString()).toBe(frameOf(message).repeat(2));
  });

  it('begin with the time after which a client comes back, and where it resumes', () => {
    expect(beginning(1500.4, '7')).toBe('retry: 1500\nid: 7\n\n');
    expect(beginning(1000, undefined)).toBe('retry: 1000\n\n');
  });

  it('end with the reason, and leave the id as it is', () => {
    expect(ending('unreadable', 'a "b"')).toBe(
      'event: end\ndata: {"reason":"unreadable","detail":"a \\"b\\""}\n\n',
    );
  });
});
