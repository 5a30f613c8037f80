/** The view of a projection whenever it has changed, written once for all clients. */
import type { Position } from '../../event-log/event.js';
import type { View } from '../../projection/define-projection.js';
import type { Projection } from '../../projection/projection.js';
import type { PushedState, StateFeed } from './states-source.js';
import { Watchers, type Watcher } from './watchers.js';

/** How often the state is looked at although nothing was folded: a rebuild may have replaced it, or the projection has recovered. */
const LOOK_INTERVAL_MS = 1_000;

export type PushedProjection = Pick<Projection, 'state' | 'position' | 'status' | 'onFolded'>;

export class ProjectionFeed implements StateFeed {
  readonly #watchers = new Watchers(() => {
    this.#stop();
  });
  #stop: () => void = () => undefined;
  /** With the text of the view, without the position. */
  #present: (PushedState & { readonly text: string }) | undefined;
  /** What the projection was when it was looked at last. */
  #seen: { readonly state: unknown; readonly status: string } | undefined;

  /** @param view what is answered with, but for the position */
  constructor(
    private readonly projection: PushedProjection,
    private readonly view: () => View,
  ) {}

  get position(): Position {
    return this.projection.position;
  }

  /** Undefined while it folds what was there before: that was shown already. */
  present(): PushedState | undefined {
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
    this.#present = { text, since: position, message };
    return this.#present;
  }

  watch(signal: AbortSignal): Watcher {
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
}

/** As `GET` answers. */
function withPosition(view: View, text: string, position: Position): string {
  if ('position' in view || text === '{}') return JSON.stringify({ ...view, position });
  return `${text.slice(0, -1)},"position":${position}}`;
}
