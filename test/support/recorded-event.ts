/** A recorded event, made up for what is tested without a log. */
import { commitId, position, type RecordedEvent } from '../../src/runtime/event-log/event.js';

export const recordedEvent = (at: number, more: Partial<RecordedEvent> = {}): RecordedEvent => ({
  position: position(at),
  type: 'number.recorded',
  revision: 1,
  tags: [],
  data: null,
  time: '2026-01-31T12:00:00.000Z',
  commit: commitId('c'),
  metadata: {},
  ...more,
});
