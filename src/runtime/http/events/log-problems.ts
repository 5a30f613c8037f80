/** The problems of the log itself, as examples for OpenAPI: what may be answered instead of reading it, or of appending to it. */
import {
  CommitNotFlushed,
  EventUnreadable,
  LogBusy,
  LogClosed,
  LogDamaged,
  LogFilesReplaced,
  StorageFull,
  StoreUnavailable,
  WriterLeaseLost,
} from '../../event-log/errors.js';
import { commitId, position, tag } from '../../event-log/event.js';
import { EventCannotBeFolded } from '../../command/event-cannot-be-folded.js';
import type { Problem } from '../kernel/problem.js';

export const READING_PROBLEMS: readonly Problem[] = [
  new StoreUnavailable(),
  new StoreUnavailable(undefined, { code: 'store-denied' }),
  new StoreUnavailable(undefined, { code: 'store-missing' }),
  new LogClosed(),
  new LogDamaged(7, 'the commit does not have the hash that was recorded with it'),
];

/** Of an append, and of what must be read to decide on it. */
export const APPENDING_PROBLEMS: readonly Problem[] = [
  ...READING_PROBLEMS,
  new StoreUnavailable('nothing', { code: 'store-read-only' }),
  new LogBusy(),
  new StorageFull(),
  new CommitNotFlushed(),
  new WriterLeaseLost(),
  new LogFilesReplaced(),
];

export const UNREADABLE = new EventUnreadable(
  { position: 7, type: 'order.placed', revision: 3 },
  'but this version knows revision 2.',
);

/** Of a decider, whose subject is folded from the log. */
export const CANNOT_BE_FOLDED = new EventCannotBeFolded(
  { position: position(7), type: 'order.placed', commit: commitId('c7') },
  { decider: 'order', tags: [tag('order:a')] },
);
