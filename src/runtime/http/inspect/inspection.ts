/** The actors of this process for all clients that look at them. Nothing is watched while there is none. */
import type { ProjectionHost } from '../../projection/projection-host.js';
import { inspectedActors } from './inspected-actors.js';
import { ShownActor, type News } from './shown-actor.js';

/** How often actors are looked at that tell of nothing: entity projections and read models, and states that a rebuild has replaced. */
const LOOK_INTERVAL_MS = 500;

/** Who is shown the actors. */
export interface Viewer {
  /** All of them, an actor before those within it. */
  begin(actors: readonly ShownActor[]): void;
  offer(actor: ShownActor, news: News): void;
}

export class Inspection {
  readonly #viewers = new Set<Viewer>();
  #actors: readonly ShownActor[] = [];
  #looking: NodeJS.Timeout | undefined;

  constructor(private readonly host: ProjectionHost) {}

  add(viewer: Viewer): void {
    if (this.#viewers.size === 0) this.#start();
    this.#viewers.add(viewer);
    viewer.begin(this.#actors);
  }

  remove(viewer: Viewer): void {
    if (this.#viewers.delete(viewer) && this.#viewers.size === 0) this.#stop();
  }

  #start(): void {
    const tell = (actor: ShownActor, news: News): void => {
      for (const viewer of this.#viewers) viewer.offer(actor, news);
    };
    this.#actors = inspectedActors(this.host).map((actor) => new ShownActor(actor, tell));
    for (const actor of this.#actors) actor.start();
    this.#looking = setInterval(() => {
      for (const actor of this.#actors) actor.look();
    }, LOOK_INTERVAL_MS).unref();
  }

  #stop(): void {
    clearInterval(this.#looking);
    for (const actor of this.#actors) actor.stop();
    this.#actors = [];
  }
}
