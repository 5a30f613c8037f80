/** The verification of the log that this process serves: one at a time, in turns with what it serves. */
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { LogDamaged } from '../../event-log/errors.js';
import { EventLog } from '../../event-log/event-log.js';
import { START, position, type Position } from '../../event-log/event.js';
import { LogUnreadable, NOTHING_VERIFIED, requireWhole, verifyCommits } from '../../event-log/verify-log.js';
import { MovingRate } from '../../projection/moving-rate.js';
import { inTurns } from '../kernel/thread-turns.js';

/** How the last verification stands. Times are RFC 3339. */
export type VerificationStatus =
  | { readonly status: 'never' }
  | (VerificationProgress & { readonly status: 'running'; readonly eventsPerSecond: number })
  | (VerificationProgress & {
      readonly status: 'done';
      readonly endedAt: string;
      readonly result: VerificationResult;
    })
  | (VerificationProgress & {
      readonly status: 'failed';
      readonly endedAt: string;
      readonly fault: { readonly position?: Position; readonly detail: string };
    });

interface VerificationProgress {
  readonly startedAt: string;
  /** How far the commits fit. */
  readonly position: Position;
  /** How far there is to go: the head when it began. */
  readonly head: Position;
}

interface VerificationResult {
  readonly commits: number;
  readonly events: number;
  readonly position: Position;
  readonly hash: string;
}

@Injectable()
export class Verification implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Verification');
  readonly #ending = new AbortController();
  #status: () => VerificationStatus = () => ({ status: 'never' });
  #running: Promise<void> | undefined;

  constructor(private readonly log: EventLog) {
    log.beforeClose(async () => {
      this.beforeApplicationShutdown();
      await this.#running;
    });
  }

  get status(): VerificationStatus {
    return this.#status();
  }

  /** Begins one, or joins the one that runs. Resolves at its end, whatever it finds; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#verify().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  beforeApplicationShutdown(): void {
    this.#ending.abort(new Error('the process ends'));
  }

  async #verify(): Promise<void> {
    const startedAt = new Date().toISOString();
    const rate = new MovingRate();
    let head = this.log.knownHead;
    let verified = NOTHING_VERIFIED;
    const progress = (): VerificationProgress => ({ startedAt, position: verified.position, head });
    this.#status = () => ({
      status: 'running',
      ...progress(),
      eventsPerSecond: Math.round(rate.perSecond()),
    });
    try {
      head = await this.log.head();
      const pages = inTurns(this.log.commits({ after: START, through: head }));
      const signal = this.#ending.signal;
      const onProgress = (now: typeof verified): void => {
        rate.add(now.position - verified.position);
        verified = now;
      };
      requireWhole(await verifyCommits(pages, head, { signal, onProgress }), head);
      const { commits, position: events, hash } = verified;
      const result = { commits, events, position: events, hash };
      const done = { ...progress(), endedAt: new Date().toISOString(), result };
      this.#status = () => ({ status: 'done', ...done });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const at = faultyPosition(error);
      if (!this.#ending.signal.aborted) this.#logger.error(detail);
      const failed = { ...progress(), endedAt: new Date().toISOString() };
      this.#status = () => ({
        status: 'failed',
        ...failed,
        fault: { ...(at !== undefined && { position: at }), detail },
      });
    }
  }
}

/** Undefined where the log is not at fault: its store is away, or the process ends. */
function faultyPosition(error: unknown): Position | undefined {
  if (error instanceof LogDamaged) return position(error.position);
  return error instanceof LogUnreadable ? position(error.position + 1) : undefined;
}
