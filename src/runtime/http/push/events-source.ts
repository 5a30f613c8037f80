/** The events that match a query, after a position, for ever: first from the log, and from its head on those that all streams share. */
import { setTimeout as pause } from 'node:timers/promises';
import { EventUnreadable, StoreUnavailable } from '../../event-log/errors.js';
import { position, type Position, type Query } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { IsSought } from '../events/event-filter.js';
import { threadTurns } from '../kernel/thread-turns.js';
import type { EventId } from './event-stream-request.js';
import { messageOf, type LiveEvents } from './live-events.js';
import { CHUNK_LENGTH, type PushMessage, type PushSource } from './push-source.js';

/** How often the log is asked again while it is away. */
const RETRY_INTERVAL_MS = 250;

/** A client is told how far it has come once so many events were none of its own, so that it need not read past them again. */
const MAX_PASSED_OVER = 1000;

/** Where each event has to be looked at, a turn ends after so many. */
const MAX_SEARCHED = 1000;

export type PushedLog = Pick<EventLog, 'read' | 'head' | 'past'>;

/** Which events a stream gives. */
export interface StreamedEvents {
  readonly query: Query;
  /** Of those that match, only these. */
  readonly isSought?: IsSought | undefined;
}

/**
 * No event is left out and none comes twice, whatever is appended in between. A stream waits while the log is away.
 *
 * @param last the last that the client has
 */
export function eventsSource(
  log: PushedLog,
  live: LiveEvents,
  streamed: StreamedEvents,
  last: EventId,
): PushSource {
  return async function* events(signal) {
    const { past } = log;
    const watcher = live.watch(signal);
    const isNew = newerThan(last);
    let at = last.part === undefined ? last.position : position(last.position - 1);
    let told = at;
    while (!signal.aborted) {
      past.throwIfAborted();
      const page =
        live.after(at, streamed.query, streamed.isSought) ?? (await readChunk(log, streamed, at, signal));
      if (page === undefined) continue; // away, or aborted
      const { through } = page;
      const messages = at < last.position ? page.messages.filter(isNew) : page.messages;
      const isSame = through === at;
      at = through;
      if (messages.length > 0) {
        told = at;
        yield messages;
      } else if (at - told >= MAX_PASSED_OVER) {
        told = at;
        yield [{ id: String(at) }];
      } else if (isSame) await watcher.changed();
    }
  };
}

interface Chunk {
  readonly messages: readonly PushMessage[];
  readonly through: Position;
}

/** @returns undefined when the log is away, after a while @throws EventUnreadable when it is the first after the position */
async function readChunk(
  log: PushedLog,
  streamed: StreamedEvents,
  after: Position,
  signal: AbortSignal,
): Promise<Chunk | undefined> {
  try {
    const head = await log.head();
    if (head <= after) return { messages: [], through: after };
    return await threadTurns.take(() => readUpTo(log, streamed, after, head));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    await pause(RETRY_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    return undefined;
  }
}

/** Each chunk is a read of its own: nothing of the store is held open while a client takes it. */
async function readUpTo(
  log: PushedLog,
  { query, isSought }: StreamedEvents,
  after: Position,
  head: Position,
): Promise<Chunk> {
  const messages: PushMessage[] = [];
  let [length, seen] = [0, 0];
  let through = after;
  try {
    for await (const page of log.read(query, { after, through: head })) {
      for (const event of page) {
        if (event.position !== through) {
          // The parts of one event are never parted.
          const isSearched = isSought !== undefined && seen === MAX_SEARCHED;
          if (length >= CHUNK_LENGTH || isSearched) return { messages, through };
          seen += 1;
        }
        through = event.position;
        if (isSought?.(event) === false) continue;
        const message = messageOf(event);
        messages.push(message);
        length += message.data.length;
      }
    }
  } catch (error) {
    if (!(error instanceof EventUnreadable) || through === after) throw error;
    return { messages, through };
  }
  return { messages, through: head };
}

/** Whether a message is after the last one that the client has, of those at its position. */
function newerThan({ position: at, part = Infinity }: EventId): (message: PushMessage) => boolean {
  return ({ id }) => {
    const [where, number = 1] = id.split('.').map(Number);
    return where !== at || number > part;
  };
}
