/** Audits and rebuilds the projections of one process: on demand, on a schedule, and what was left half done at the start. */
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import type { EventLog } from '../../event-log/event-log.js';
import { signal, type Signals } from '../../event-log/signals.js';
import { runAudit, type AuditReport } from './audit-job.js';
import type { ProjectionHost } from '../projection-host.js';
import type { Projection } from '../projection.js';
import { isOurs, skippedOn } from './fold-dependencies.js';
import { ThreadExecutor, type Executor } from './executor.js';
import { runRebuild, type RebuildReport } from './rebuild-job.js';
import { Job } from './job.js';
import { WorkerProcess } from './worker-process.js';

export class Operations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('Projection');
  readonly #place: Executor;
  readonly #ending = new AbortController();
  readonly #audits = new Map<string, Job<AuditReport>>();
  readonly #rebuilds = new Map<string, Job<RebuildReport>>();
  /** Resolves when nothing is under way any more: each is as heavy as reading the whole log, so they take turns. */
  #idle: Promise<void> = Promise.resolve();
  #schedule: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: ProjectionHost,
    log: EventLog,
    private readonly emitter: EventEmitter2 | undefined,
  ) {
    const { workers } = host.settings;
    const known = (name: string): Projection => {
      const projection = host.find(name);
      if (projection === undefined) throw new Error(`there is no projection ${name}`);
      return projection;
    };
    this.#place =
      workers === undefined
        ? new ThreadExecutor((name) => host.groundOf(known(name)))
        : new WorkerProcess(workers, log, (name) => known(name).definition);
    log.beforeClose(() => this.#stop());
  }

  /** The last one that was asked for. */
  auditOf(projection: string): Job<AuditReport> | undefined {
    return this.#audits.get(projection);
  }

  rebuildOf(projection: string): Job<RebuildReport> | undefined {
    return this.#rebuilds.get(projection);
  }

  /** Begins one as soon as nothing else is under way, unless one is waiting or under way already. */
  audit(projection: Projection): Job<AuditReport> {
    return this.#once(this.#audits, projection, async (undertaking) => {
      const report = await runAudit(projection, {
        place: this.#place,
        ground: this.host.groundOf(projection),
        ...this.#watched(undertaking),
      });
      this.#tellAudit(projection.name, report);
      return report;
    });
  }

  /** Begins one as soon as nothing else is under way, unless one is waiting or under way already. */
  rebuild(projection: Projection): Job<RebuildReport> {
    return this.#once(this.#rebuilds, projection, async (undertaking) => {
      const report = await runRebuild(projection, {
        place: this.#place,
        ground: this.host.groundOf(projection),
        every: this.host.settings.pace.every,
        ...this.#watched(undertaking),
      });
      const { name } = projection;
      const { position, equal } = report;
      const outcome = equal ? 'to the same state' : 'to another state';
      this.#logger.log(`${name}: rebuilt up to ${position}, ${outcome}, in ${report.milliseconds} ms`);
      this.#signal('projection.rebuilt', { projection: name, position, equal });
      return report;
    });
  }

  onApplicationBootstrap(): void {
    const { auditMinutes = 0 } = this.host.settings;
    for (const projection of this.host.projections) void this.#resume(projection);
    if (auditMinutes === 0) return;
    this.#schedule = setInterval(() => {
      for (const projection of this.host.projections) this.audit(projection);
    }, auditMinutes * 60_000).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#schedule);
    this.#ending.abort(new Error('the process ends'));
  }

  async #stop(): Promise<void> {
    this.beforeApplicationShutdown();
    await this.#idle;
  }

  /** A rebuild that the last process did not finish. */
  async #resume(projection: Projection): Promise<void> {
    const ground = this.host.groundOf(projection);
    await projection.settled;
    try {
      const skipped = await skippedOn(ground);
      for await (const found of ground.shadows.newestFirst()) {
        if (this.#ending.signal.aborted || !isOurs(found, ground, projection.position, skipped)) continue;
        this.#logger.log(`${projection.name}: goes on with a rebuild that had come to ${found.position}`);
        this.rebuild(projection);
        return;
      }
    } catch (error) {
      if (this.#ending.signal.aborted) return; // the log is closed by now, and the next process looks
      this.#logger.error(`${projection.name}: cannot look for a rebuild that was broken off`, error);
    }
  }

  #once<Report>(
    undertakings: Map<string, Job<Report>>,
    projection: Projection,
    work: (undertaking: Job<Report>) => Promise<Report>,
  ): Job<Report> {
    const before = undertakings.get(projection.name);
    if (before?.hasEnded === false) return before;
    const turn = this.#idle;
    const undertaking = new Job<Report>(turn, async (begun) => {
      await projection.settled;
      this.#ending.signal.throwIfAborted();
      begun.begin(() => projection.position);
      return work(begun);
    });
    undertakings.set(projection.name, undertaking);
    this.#idle = undertaking.ended.then(() => {
      const { standing } = undertaking;
      if (standing.status === 'failed' && !this.#ending.signal.aborted)
        this.#logger.error(`${projection.name}: an audit or rebuild failed: ${standing.reason}`);
    });
    return undertaking;
  }

  #watched<Report>(undertaking: Job<Report>): {
    readonly progressed: Job<Report>['to'];
    readonly signal: AbortSignal;
  } {
    return {
      progressed: (position, through) => {
        undertaking.to(position, through);
      },
      signal: this.#ending.signal,
    };
  }

  #tellAudit(projection: string, { position, checked, drift }: AuditReport): void {
    if (drift !== undefined) {
      const { after, upTo } = drift;
      this.#logger.error(
        `${projection}: its ${drift.of} at ${upTo} is not what the log folds to; up to ${after} it was`,
      );
      this.#signal('projection.drifted', { projection, after, upTo });
    }
    this.#signal('projection.audited', { projection, position, checked });
  }

  #signal<Name extends keyof Signals>(name: Name, payload: Signals[Name]): void {
    signal(this.emitter, name, payload, (error) => {
      this.#logger.error(`a listener of ${name} failed`, error);
    });
  }
}
