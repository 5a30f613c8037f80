/** A commit of one event, to hand to a store. */
import { commitId, tag, type Json, type NewCommit } from '../../src/runtime/event-log/event.js';

/** @param data what tells its event from others; by default the id */
export const newCommit = (id: string, data: Json = id, more: Partial<NewCommit> = {}): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: { by: 'test' },
  events: [{ type: 'number.recorded', revision: 1, tags: [tag('number:1')], data }],
  ...more,
});
