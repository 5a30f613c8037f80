/** The audits and rebuilds of one process: on demand, on a schedule, and rebuilds that the last process did not finish. */
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import { START, type Position } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { signal, type Signals } from '../../event-log/signals.js';
import { asFileSentence } from '../../file-error-text.js';
import { runAudit, type AuditReport } from './audit.js';
import type { Drift } from './comparison-points.js';
import type { AnyProjection, ProjectionHost } from '../projection-host.js';
import {
  auditEntities,
  rebuildEntities,
  type EntityOperationOptions,
} from '../entities/entity-operations.js';
import { EntityProjection } from '../entities/entity-projection.js';
import { AnyReadModel } from '../read-models/any-read-model.js';
import type { Projection } from '../projection.js';
import { readSkipped, snapshotRequirements } from './fold-dependencies.js';
import { ifUsable } from '../snapshots/usable-snapshot.js';
import { ThreadExecutor, type Executor } from './executor.js';
import { runRebuild, type RebuildReport } from './rebuild.js';
import { Job } from './job.js';
import { forgetOtherBuilds, isOfBuild } from './rebuild-build.js';
import { WorkerExecutor } from './worker-executor.js';

export class Operations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('Projection');
  readonly #executor: Executor;
  readonly #workers: WorkerExecutor | undefined;
  readonly #ending = new AbortController();
  readonly #audits = new Map<string, Job<AuditReport>>();
  readonly #rebuilds = new Map<string, Job<RebuildReport>>();
  /** Resolves when no job is waiting or running: each reads the whole log, so they run one at a time. */
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
    this.#workers =
      workers &&
      new WorkerExecutor(workers, log, (name) => {
        const projection = host.findAny(name);
        return projection instanceof EntityProjection ? projection.definition : known(name).definition;
      });
    this.#executor = this.#workers ?? new ThreadExecutor((name) => host.dependenciesOf(known(name)));
    log.beforeClose(() => this.#stop());
  }

  /** The last one that was requested. */
  lastAudit(projection: string): Job<AuditReport> | undefined {
    return this.#audits.get(projection);
  }

  lastRebuild(projection: string): Job<RebuildReport> | undefined {
    return this.#rebuilds.get(projection);
  }

  /** @returns the audit that is waiting or running, or else a new one, which starts when no other job runs */
  audit(projection: AnyProjection): Job<AuditReport> {
    return this.#audit(projection, (drift) => {
      this.#logger.error(`${projection.name}: ${describeDrift(drift)}`);
    });
  }

  #audit(projection: AnyProjection, onDrift: (drift: Drift) => void): Job<AuditReport> {
    return this.#oncePerProjection(this.#audits, projection, async (job) => {
      const report = await this.#audited(projection, job);
      if (report.drift !== undefined) onDrift(report.drift);
      this.#signalAudit(projection.name, report);
      return report;
    });
  }

  /** @returns the rebuild that is waiting or running, or else a new one, which starts when no other job runs */
  rebuild(projection: AnyProjection): Job<RebuildReport> {
    return this.#oncePerProjection(this.#rebuilds, projection, async (job) => {
      const report = await this.#rebuilt(projection, job);
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
    for (const projection of this.host.all)
      if (!(projection instanceof AnyReadModel)) void this.#auditNewBuild(projection);
    for (const projection of this.host.projections) void this.#resumeRebuild(projection);
    if (auditMinutes === 0) return;
    this.#schedule = setInterval(() => {
      for (const projection of this.host.all) this.audit(projection);
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

  /** What another build of the program has folded is used at once, and audited. Where it drifts, it is rebuilt. */
  async #auditNewBuild(projection: Projection | EntityProjection): Promise<void> {
    const { build } = this.host.settings;
    if (build === undefined) return;
    const { name } = projection;
    const snapshots = this.host.snapshotsOf(name);
    try {
      await projection.settled;
      if ((await snapshots.auditedBuild?.()) === build || this.#ending.signal.aborted) return;
      if (projection.restoredFrom > START && !(await this.#isAsFolded(projection))) return;
      await snapshots.noteAudited?.(build);
    } catch (error) {
      if (this.#ending.signal.aborted) return; // the next process audits it
      this.#logger.error(
        `${name}: cannot tell which build of the program has folded its state`,
        asFileSentence(error),
      );
    }
  }

  /** @returns whether the state is what this build folds the log to, at the latest after a rebuild */
  async #isAsFolded(projection: Projection | EntityProjection): Promise<boolean> {
    const { name } = projection;
    this.#logger.log(
      `${name}: another build of the program has folded its state; it is used, and audited now`,
    );
    const audit = this.#audit(projection, (drift) => {
      this.#logger.warn(`${name}: ${describeDrift(drift)}`); // the code has changed: no error
    });
    await audit.ended;
    if (audit.status.status !== 'done') return false;
    if (audit.status.drift === undefined) {
      this.#logger.log(`${name}: audited; this build folds the log to the same state`);
      return true;
    }
    this.#logger.warn(`${name}: this build folds the log to another state; it is rebuilt`);
    const rebuild = this.rebuild(projection);
    await rebuild.ended;
    return rebuild.status.status === 'done';
  }

  #audited(projection: AnyProjection, job: Job<AuditReport>): Promise<AuditReport> {
    if (projection instanceof AnyReadModel) return projection.audit(this.#controlOf(job));
    if (projection instanceof EntityProjection)
      return auditEntities(projection, this.#entityControlOf(projection, job));
    return runAudit(projection, {
      executor: this.#executor,
      dependencies: this.host.dependenciesOf(projection),
      ...this.#controlOf(job),
    });
  }

  async #rebuilt(projection: AnyProjection, job: Job<RebuildReport>): Promise<RebuildReport> {
    if (projection instanceof AnyReadModel) return projection.rebuild(this.#controlOf(job));
    if (projection instanceof EntityProjection)
      return rebuildEntities(projection, this.#entityControlOf(projection, job));
    const dependencies = this.host.dependenciesOf(projection);
    await forgetOtherBuilds(dependencies.rebuildSnapshots, this.host.settings.build);
    return runRebuild(projection, {
      executor: this.#executor,
      dependencies,
      snapshotEvery: this.host.settings.pace.every,
      ...this.#controlOf(job),
    });
  }

  /** Continues a rebuild that the last process did not finish; begins it anew if that was another build of the program. */
  async #resumeRebuild(projection: Projection): Promise<void> {
    const dependencies = this.host.dependenciesOf(projection);
    await projection.settled;
    try {
      const skipped = await readSkipped(dependencies);
      const requirements = snapshotRequirements(dependencies, skipped, projection.position);
      for await (const found of dependencies.rebuildSnapshots.newestFirst()) {
        const usable = await ifUsable(found, requirements);
        if (this.#ending.signal.aborted || usable === undefined) continue;
        const what = (await isOfBuild(dependencies.rebuildSnapshots, this.host.settings.build))
          ? `goes on with a rebuild that had come to ${usable.position}`
          : 'begins a rebuild anew that another build of the program had begun';
        this.#logger.log(`${projection.name}: ${what}`);
        this.rebuild(projection);
        return;
      }
    } catch (error) {
      if (this.#ending.signal.aborted) return; // the log is closed by now; the next process looks again
      this.#logger.error(
        `${projection.name}: cannot look for a rebuild that was broken off`,
        asFileSentence(error),
      );
    }
  }

  #oncePerProjection<Report>(
    jobs: Map<string, Job<Report>>,
    projection: Pick<Projection, 'name' | 'settled' | 'position'>,
    work: (job: Job<Report>) => Promise<Report>,
  ): Job<Report> {
    const before = jobs.get(projection.name);
    if (before?.hasEnded === false) return before;
    const turn = this.#idle;
    const job = new Job<Report>(turn, async (started) => {
      await projection.settled;
      this.#ending.signal.throwIfAborted();
      started.start(() => projection.position);
      return work(started);
    });
    jobs.set(projection.name, job);
    this.#idle = job.ended.then(() => {
      const { status } = job;
      if (status.status === 'failed' && !this.#ending.signal.aborted)
        this.#logger.error(`${projection.name}: an audit or rebuild failed: ${status.reason}`);
    });
    return job;
  }

  #controlOf<Report>(job: Job<Report>): {
    readonly onProgress: Job<Report>['progress'];
    readonly signal: AbortSignal;
  } {
    return {
      onProgress: (position, through) => {
        job.progress(position, through);
      },
      signal: this.#ending.signal,
    };
  }

  /** With workers, most of the log is folded by one. */
  #entityControlOf<Report>(projection: EntityProjection, job: Job<Report>): EntityOperationOptions {
    const control = this.#controlOf(job);
    const workers = this.#workers;
    if (workers === undefined) return control;
    const target = (): Position => projection.position;
    return {
      ...control,
      foldElsewhere: (database) =>
        workers.run(
          { kind: 'entities', database },
          {
            projection: projection.name,
            target,
            onProgress: (position) => {
              job.progress(position, target);
            },
            signal: this.#ending.signal,
          },
        ),
    };
  }

  #signalAudit(projection: string, { position, checked, drift }: AuditReport): void {
    if (drift !== undefined) {
      const { after, upTo } = drift;
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

/** An entity projection has no earlier states to compare, and so no position up to which it was right. */
function describeDrift({ after, upTo, of, entities }: Drift): string {
  if (entities === undefined)
    return `its ${of} at ${upTo} is not what the log folds to; up to ${after} it was`;
  return `at ${upTo} some of its entities are not what the log folds to: ${entities.join(', ')}`;
}
