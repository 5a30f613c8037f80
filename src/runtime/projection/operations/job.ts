/** An audit or a rebuild from the request to its end: how far it is, and how it ended. */
import { START, type Position } from '../../event-log/event.js';
import { fileErrorText } from '../../file-error-text.js';

export type JobStatus<Report> =
  | { readonly status: 'waiting' }
  | {
      readonly status: 'running';
      readonly position: Position;
      readonly through: Position;
      /** Events a second. */
      readonly rate: number;
      /** Seconds; left out until there is a rate to estimate it from. */
      readonly remaining?: number;
    }
  | ({ readonly status: 'done' } & Report)
  | { readonly status: 'failed'; readonly reason: string };

export class Job<Report> {
  #status: () => JobStatus<Report> = () => ({ status: 'waiting' });
  #firstProgress: { readonly position: Position; readonly at: number } | undefined;
  /** Resolves once the job is done or has failed; never rejects. */
  readonly ended: Promise<void>;

  /**
   * @param turn resolves when the job may begin: one job of a process runs at a time
   * @param work is given this job, to report its progress to
   */
  constructor(
    turn: Promise<void>,
    work: (job: Job<Report>) => Promise<Report>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.ended = turn.then(async () => {
      try {
        const report = await work(this);
        this.#status = () => ({ status: 'done', ...report });
      } catch (error) {
        const reason = fileErrorText(error) ?? (error instanceof Error ? error.message : String(error));
        this.#status = () => ({ status: 'failed', reason });
      }
    });
  }

  get status(): JobStatus<Report> {
    return this.#status();
  }

  get hasEnded(): boolean {
    return ['done', 'failed'].includes(this.status.status);
  }

  /** @param through how far there is to go, which may grow */
  start(through: () => Position): void {
    this.#status = () => ({ status: 'running', position: START, through: through(), rate: 0 });
  }

  /** The rate is measured from the first call on. */
  progress(position: Position, through: () => Position): void {
    this.#firstProgress ??= { position, at: this.now() };
    const { position: first, at } = this.#firstProgress;
    this.#status = () => {
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
