/** States as messages: the newest alone for a client that is slow, and nothing that it has already. */
import type { Position } from '../../event-log/event.js';
import type { PushMessage, PushSource } from './push-source.js';
import type { Watcher } from './watchers.js';

/** A state as it is sent to all clients. The next one is another object. */
export interface PushedState {
  readonly message: PushMessage;
  /** It has been so from this position on. */
  readonly since: Position;
}

/** A state that changes. */
export interface StateFeed {
  /** How far what is looked at has been folded. */
  readonly position: Position;
  /** Undefined while there is none to be shown. */
  present(): PushedState | undefined;
  watch(signal: AbortSignal): Watcher;
}

/** What a client has, or waits for. */
export interface SeenState {
  /** It has the state at this position. */
  readonly last?: Position | undefined;
  /** Nothing is sent before the state has everything up to this position. */
  readonly after?: Position | undefined;
}

/** The present state at once, or as soon as there is one, unless the client has it; then each change. */
export function statesSource(feed: StateFeed, { last, after }: SeenState): PushSource {
  const wanted = Math.max(last ?? 0, after ?? 0);
  return async function* states(signal) {
    const watcher = feed.watch(signal);
    let shown: PushedState | undefined;
    while (!signal.aborted) {
      const isThere = shown !== undefined || feed.position >= wanted;
      const state = isThere ? feed.present() : undefined;
      if (state === undefined || state === shown) {
        await watcher.changed();
        continue;
      }
      const isKnown = shown === undefined && last !== undefined && last >= state.since;
      shown = state;
      if (!isKnown) yield [state.message];
    }
  };
}
