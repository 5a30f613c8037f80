/** Makes commits to append, frozen like those that the event log passes to a store. */
import { commitId, tag, type Json, type NewCommit } from '../../event-log/event.js';

export type AppendedEvent = NewCommit['events'][number];

export const TIME = '2026-01-31T12:00:00.000Z';

export interface EventParts {
  readonly type?: string;
  readonly revision?: number;
  readonly tags?: readonly string[];
  readonly data?: Json;
}

export function event({
  type = 'number.recorded',
  revision = 1,
  tags = [],
  data = null,
}: EventParts = {}): AppendedEvent {
  return deepFreeze({ type, revision, tags: tags.map(tag), data });
}

/** Events that are numbered from 0 in their data. */
export function events(count: number, parts: (index: number) => EventParts = () => ({})): AppendedEvent[] {
  return Array.from({ length: count }, (_, index) => event({ data: index, ...parts(index) }));
}

/** A commit of one event, whose data is the commit's id, unless others are given. */
export function commit(
  id: string,
  appended: readonly AppendedEvent[] = [event({ data: id })],
  more: Partial<NewCommit> = {},
): NewCommit {
  return deepFreeze({ id: commitId(id), time: TIME, metadata: {}, events: appended, ...more });
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
