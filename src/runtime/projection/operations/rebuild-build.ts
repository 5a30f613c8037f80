/** Which build of the program has begun a rebuild: another one may fold the same log to another state, with the same fingerprint. */
import type { SnapshotStore } from '../snapshots/snapshot-store.js';

/** Whether this build has begun it. Where there is no build id, every rebuild is taken for this build's own. */
export async function isOfBuild(
  rebuildSnapshots: SnapshotStore,
  build: string | undefined,
): Promise<boolean> {
  return build === undefined || (await rebuildSnapshots.auditedBuild?.()) === build;
}

/**
 * Deletes what another build has left of a rebuild, so that it begins anew, and notes this build.
 *
 * The note comes after the deletion: a process that ends between the two deletes again.
 */
export async function forgetOtherBuilds(
  rebuildSnapshots: SnapshotStore,
  build: string | undefined,
): Promise<void> {
  if (build === undefined || (await isOfBuild(rebuildSnapshots, build))) return;
  await rebuildSnapshots.clear();
  await rebuildSnapshots.noteAudited?.(build);
}
