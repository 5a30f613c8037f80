/** The view of a projection whenever it has changed: one message for each change, for all clients, and the newest alone for one that is slow. */
import type { Position } from '../../event-log/event.js';
import type { View } from '../../projection/define-projection.js';
import type { Projection } from '../../projection/projection.js';
import type { PushMessage, PushSource } from './push-source.js';
import { Watchers, type Watcher } from './watchers.js';

/** How often the state is looked at although nothing was folded: a rebuild may have replaced it, or the projection has recovered. */
const LOOK_INTERVAL_MS = 1_000;

export type PushedProjection = Pick<Projection, 'state' | 'position' | 'status' | 'onFolded'>;

/** A view as it is sent. */
interface PushedView {
  /** Of the view without the position. */
  readonly text: string;
  /** The position that it was first seen at. */
  readonly since: Position;
  readonly message: PushMessage;
}

/** What a client has, or waits for. */
export interface SeenState {
  /** It has the state at this position. */
  readonly last?: Position | undefined;
  /** Nothing is sent before the state has everything up to this position. */
  readonly after?: Position | undefined;
}

export class ProjectionFeed {
  readonly #watchers = new Watchers(() => {
    this.#stop();
  });
  #stop: () => void = () => undefined;
  #present: PushedView | undefined;
  /** What the projection was when it was looked at last. */
  #seen: { readonly state: unknown; readonly status: string } | undefined;

  /** @param view what is answered with, but for the position */
  constructor(
    private readonly projection: PushedProjection,
    private readonly view: () => View,
  ) {}

  /** The present state at once, or once it has recovered, unless the client has it; then each change. */
  source({ last, after }: SeenState): PushSource {
    const wanted = Math.max(last ?? 0, after ?? 0);
    const present = (): PushedView | undefined => this.#look();
    const watch = (signal: AbortSignal): Watcher => this.#watch(signal);
    const { projection } = this;
    return async function* views(signal) {
      const watcher = watch(signal);
      let shown: PushedView | undefined;
      while (!signal.aborted) {
        const isThere = shown !== undefined || projection.position >= wanted;
        const view = isThere ? present() : undefined;
        if (view === undefined || view === shown) {
          await watcher.changed();
          continue;
        }
        const isKnown = shown === undefined && last !== undefined && last >= view.since;
        shown = view;
        if (!isKnown) yield [view.message];
      }
    };
  }

  #watch(signal: AbortSignal): Watcher {
    if (this.#watchers.count === 0) {
      const notify = (): void => {
        this.#watchers.notify();
      };
      const look = setInterval(() => {
        const { state, status } = this.projection;
        if (state !== this.#seen?.state || status !== this.#seen.status) notify();
      }, LOOK_INTERVAL_MS).unref();
      const stopListening = this.projection.onFolded(notify);
      this.#stop = () => {
        clearInterval(look);
        stopListening();
      };
    }
    return this.#watchers.watch(signal);
  }

  /** Undefined while it folds what was there before: that was shown already. */
  #look(): PushedView | undefined {
    const { state, status, position } = this.projection;
    const known = this.#present;
    const isSame = this.#seen?.state === state;
    this.#seen = { state, status };
    if (status === 'recovering') return undefined;
    if (known !== undefined && isSame) return known;
    const view = this.view();
    const text = JSON.stringify(view);
    if (known?.text === text && position >= known.since) return known;
    const message = { id: String(position), data: withPosition(view, text, position) };
    return (this.#present = { text, since: position, message });
  }
}

/** As `GET` answers. */
function withPosition(view: View, text: string, position: Position): string {
  if ('position' in view || text === '{}') return JSON.stringify({ ...view, position });
  return `${text.slice(0, -1)},"position":${position}}`;
}
