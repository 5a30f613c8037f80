/** One long piece of work on a projection, from when it is asked for: how far it is, and what came of it. */
import { START, type Position } from '../../event-log/event.js';

export type JobStatus<Report> =
  | { readonly status: 'waiting' }
  | {
      readonly status: 'running';
      readonly position: Position;
      readonly through: Position;
      /** Events a second. */
      readonly rate: number;
      /** Seconds; left out while nobody can know. */
      readonly remaining?: number;
    }
  | ({ readonly status: 'done' } & Report)
  | { readonly status: 'failed'; readonly reason: string };

export class Job<Report> {
  #standing: () => JobStatus<Report> = () => ({ status: 'waiting' });
  #from: { readonly position: Position; readonly at: number } | undefined;
  /** Resolves once it is done or has failed. */
  readonly ended: Promise<void>;

  /**
   * @param work is handed where to tell how far it is
   * @param turn resolves when it may begin: heavy work is done one after the other
   */
  constructor(
    turn: Promise<void>,
    work: (undertaking: Job<Report>) => Promise<Report>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.ended = turn.then(async () => {
      try {
        const report = await work(this);
        this.#standing = () => ({ status: 'done', ...report });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#standing = () => ({ status: 'failed', reason });
      }
    });
  }

  get standing(): JobStatus<Report> {
    return this.#standing();
  }

  get hasEnded(): boolean {
    return ['done', 'failed'].includes(this.standing.status);
  }

  /** @param through reads how far there is to go, which may grow */
  begin(through: () => Position): void {
    this.#standing = () => ({ status: 'running', position: START, through: through(), rate: 0 });
  }

  /** How far it is; the rate is counted from the first time on. */
  to(position: Position, through: () => Position): void {
    this.#from ??= { position, at: this.now() };
    const { position: first, at } = this.#from;
    this.#standing = () => {
      const seconds = (this.now() - at) / 1000;
      const rate = seconds > 0 ? (position - first) / seconds : 0;
      const left = Math.max(through() - position, 0);
      return {
        status: 'running',
        position,
        through: through(),
        rate: Math.round(rate),
        ...(rate > 0 && { remaining: Math.ceil(left / rate) }),
      };
    };
  }
}
