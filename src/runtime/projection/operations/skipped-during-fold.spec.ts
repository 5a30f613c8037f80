/** An event is skipped while an audit or a rebuild runs. */
import { add, amountsLog, totalOf } from '../../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../../test/support/remembered-snapshots.js';
import { run } from '../../../../test/support/running-projection.js';
import { until } from '../../../../test/support/api.js';
import type { EventLog } from '../../event-log/event-log.js';
import { position } from '../../event-log/event.js';
import { runAudit } from './audit.js';
import type { Projection } from '../projection.js';
import { recordSkip } from '../skipping.js';
import { SkippedDuringFold, type FoldDependencies } from './fold-dependencies.js';
import { ThreadExecutor, type ExecutorOptions } from './executor.js';
import { runRebuild, type RebuildReport } from './rebuild.js';
import type { JobResults, ThreadJobRequest } from './run-job.js';

/** Does something before or after the job. */
class Around extends ThreadExecutor {
  constructor(
    dependencies: FoldDependencies,
    private readonly hooks: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> },
  ) {
    super(() => dependencies);
  }

  override async run<Kind extends ThreadJobRequest['kind']>(
    request: ThreadJobRequest & { readonly kind: Kind },
    options: ExecutorOptions,
  ): Promise<JobResults[Kind]> {
    await this.hooks.before?.();
    const result = await super.run<Kind>(request, options);
    await this.hooks.after?.();
    return result;
  }
}

/** The log, with something done before each read. */
function readingAfter(log: EventLog, hook: () => Promise<void>): EventLog {
  return new Proxy(log, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (name === 'read')
        return async function* (...query: Parameters<EventLog['read']>) {
          await hook();
          yield* target.read(...query);
        };
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

interface Given {
  readonly log: EventLog;
  readonly live: Projection;
  readonly dependencies: FoldDependencies;
  /** Skips the third event, and waits until the live projection has gone back and does without it. */
  readonly skip: () => Promise<void>;
  readonly rebuilt: (
    dependencies: FoldDependencies,
    hooks: ConstructorParameters<typeof Around>[1],
  ) => Promise<RebuildReport>;
}

/** A projection that has folded 1, 2, …, 6 to 21. */
async function given(): Promise<Given> {
  const log = amountsLog();
  const definition = totalOf('total');
  const { projection, reached } = run(definition, log);
  await add(log, 1, 2, 3, 4, 5, 6);
  await reached(6);
  const live = projection as Projection;
  const dependencies: FoldDependencies = {
    log,
    definition: live.definition,
    snapshots: new RememberedSnapshots(),
    rebuildSnapshots: new RememberedSnapshots(),
  };
  return {
    log,
    live,
    dependencies,
    skip: async () => {
      const at = position(3);
      const { last } = await recordSkip(log, { projection: 'total', position: at, reason: 'a slip' });
      await until(() => live.skipped.has(at) && live.position >= last);
    },
    rebuilt: (on, hooks) =>
      runRebuild(live, {
        executor: new Around(dependencies, hooks),
        dependencies: on,
        snapshotEvery: 1000,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      }),
  };
}

const expectIntact = ({ live }: Given): void => {
  expect(live.status).toBe('following');
  expect(live.state.context).toEqual({ total: 18, count: 5 });
};

it('an audit reports no drift but the reason why it failed', async () => {
  const it = await given();
  const { live, dependencies, skip } = it;
  const audited = runAudit(live, {
    executor: new Around(dependencies, { before: skip }),
    dependencies,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  await expect(audited).rejects.toThrow(SkippedDuringFold);
  expect(live.drift).toBeUndefined();
  expectIntact(it);
});

it('a rebuild that has folded already does not bring the event back', async () => {
  const it = await given();
  const { dependencies, skip, rebuilt } = it;
  await expect(rebuilt(dependencies, { after: skip })).rejects.toThrow(
    'an event was skipped for total while the log was folded; ask again',
  );
  expectIntact(it);
});

it('a rebuild that is catching up does not bring the event back, and ends', async () => {
  const it = await given();
  const { log, live, dependencies, skip, rebuilt } = it;
  const more = async (): Promise<void> => {
    await add(log, 0);
    await until(() => live.position >= 7);
  };
  await expect(rebuilt({ ...dependencies, log: readingAfter(log, skip) }, { after: more })).rejects.toThrow(
    SkippedDuringFold,
  );
  expect(live.state.context).toEqual({ total: 18, count: 6 });
});

it('the next audit and rebuild skip the event as the live projection does', async () => {
  const it = await given();
  const { live, dependencies, skip, rebuilt } = it;
  await skip();
  const executor = new Around(dependencies, {});
  const signal = new AbortController().signal;
  const audited = await runAudit(live, {
    executor,
    dependencies,
    onProgress: () => undefined,
    signal,
  });
  expect(audited).toMatchObject({ checked: 1 });
  expect(audited).not.toHaveProperty('drift');
  await expect(rebuilt(dependencies, {})).resolves.toMatchObject({ equal: true, position: live.position });
  expectIntact(it);
});
