/** The part of an audit or a rebuild of entities that a worker process does: folds the log into a database that was created for it. */
import { EntitiesBeside, type BesideDependencies } from '../entities/entity-beside.js';
import { skippedBy } from '../skipping.js';
import { MAX_EVENTS_LEFT, type JobControl, type JobResults } from './run-job.js';

/**
 * Stops a few hundred events before the target, or once it comes no nearer: the server's thread folds the rest.
 *
 * @throws FoldFailed when an event cannot be folded; DatabaseTrouble when the disk is full
 */
export async function foldEntities(
  database: string,
  dependencies: BesideDependencies,
  { target, afterSlice, alive }: Pick<JobControl, 'target' | 'afterSlice' | 'alive'>,
): Promise<JobResults['entities']> {
  const skipped = await skippedBy(dependencies.log, dependencies.definition.name);
  const beside = await EntitiesBeside.open(dependencies, database, skipped);
  try {
    // It is ended from outside.
    const { signal } = new AbortController();
    for (let before = Infinity; ;) {
      await beside.foldThrough(target(), {
        signal,
        afterWrite: afterSlice,
        ...(alive && { onAlive: alive }),
      });
      const left = target() - beside.checkpoint.position;
      if (left <= MAX_EVENTS_LEFT || left >= before) return { position: beside.checkpoint.position };
      before = left;
    }
  } finally {
    // Why it cannot be closed says less than why the fold failed; the server opens it next.
    await beside.folding.database.close().catch(() => undefined);
    await dependencies.place.close().catch(() => undefined);
  }
}
