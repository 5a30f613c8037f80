/** The part of an audit or a rebuild that folds beside the live projection: the same in every executor and on the command line. */
import { START, type Position } from '../../event-log/event.js';
import { beginning, type Folded, type Folding, type Skipped } from '../folding.js';
import { digestText } from '../snapshots/rolling-digest.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { ifUsable } from '../snapshots/usable-snapshot.js';
import { comparisonPointOf, comparisonPointsUpTo, matchesPoint, type Drift } from './comparison-points.js';
import {
  fingerprintAt,
  readSkipped,
  SkippedDuringFold,
  snapshotRequirements,
  type FoldDependencies,
} from './fold-dependencies.js';
import { foldThrough, startFolding } from './parallel-fold.js';

export type JobRequest =
  /** @property snapshotEvery how many events apart the rebuild keeps snapshots of its own */
  | { readonly kind: 'rebuild'; readonly snapshotEvery: number }
  /** Without `live` only the snapshots are compared. */
  | { readonly kind: 'audit'; readonly live?: FoldResult }
  /** @property database the name of one that was created for it; in a worker process only */
  | { readonly kind: 'entities'; readonly database: string };

/** A state, and the fingerprint of what has folded it (`fingerprintAt`). */
export interface FoldResult {
  readonly folded: Folded;
  readonly machine: string;
}

export interface RebuildJobResult extends FoldResult {
  /** The position from which an unfinished rebuild was continued; 0 when it began at the beginning. */
  readonly resumedFrom: Position;
  /** The snapshots of the live projection that are equal to the new fold at their position. */
  readonly confirmed: readonly Position[];
}

export interface AuditJobResult {
  readonly position: Position;
  /** Of the events that were folded: by it two processes at one position can be compared. */
  readonly digest: string;
  /** SHA-256 of the state that they lead to. */
  readonly state: string;
  /** How many snapshots and live states were compared with the fold. */
  readonly checked: number;
  readonly drift?: Drift;
}

export interface JobResults {
  readonly rebuild: RebuildJobResult;
  readonly audit: AuditJobResult;
  /** How far its database is folded. */
  readonly entities: { readonly position: Position };
}

/** What runs in every executor. */
export type ThreadJobRequest = Exclude<JobRequest, { readonly kind: 'entities' }>;

/** How a job is steered by whoever runs it. */
export interface JobControl {
  /** How far to fold. May grow while the job runs. */
  readonly target: () => Position;
  /** Is awaited after each slice of events; ends the job by throwing. */
  readonly afterSlice: (position: Position) => Promise<void>;
  /** Tells that the job goes on, however long a slice takes. Cheap enough for every event. */
  readonly alive?: () => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** At least so long lies between two snapshots of a rebuild: the most work, in milliseconds, that is lost when it is interrupted. */
const MIN_SNAPSHOT_INTERVAL_MS = 2000;

/** A rebuild ends at most this many events behind; the live thread folds the rest, at some ten microseconds an event. */
export const MAX_EVENTS_LEFT = 500;

export function runJob<Kind extends ThreadJobRequest['kind']>(
  request: ThreadJobRequest & { readonly kind: Kind },
  dependencies: FoldDependencies,
  control: JobControl,
): Promise<JobResults[Kind]>;
export function runJob(
  request: ThreadJobRequest,
  dependencies: FoldDependencies,
  control: JobControl,
): Promise<JobResults[ThreadJobRequest['kind']]> {
  return request.kind === 'audit'
    ? foldForAudit(request.live, dependencies, control)
    : foldForRebuild(request.snapshotEvery, dependencies, control);
}

/** Folds the whole log, or what an unfinished rebuild has left, and keeps snapshots on the way. */
async function foldForRebuild(
  snapshotEvery: number,
  dependencies: FoldDependencies,
  control: JobControl,
): Promise<RebuildJobResult> {
  const skipped = await readSkipped(dependencies);
  const from = await unfinishedRebuild(dependencies, control.target(), skipped);
  const folding = startFolding(dependencies, skipped, from);
  const resultNow = (): FoldResult => ({
    folded: folding.folded,
    machine: fingerprintAt(dependencies, skipped, folding.position),
  });
  let saved = { position: folding.position, at: control.now() };
  const save = async (): Promise<void> => {
    const { log, rebuildSnapshots } = dependencies;
    const { folded, machine } = resultNow();
    const hash = (await log.hashAt(folded.position)) ?? '';
    await rebuildSnapshots.save({ ...folded, log: log.identity, hash, machine });
    saved = { position: folding.position, at: control.now() };
  };
  const afterSlice = async (at: Position): Promise<void> => {
    await control.afterSlice(at);
    const isFar = at - saved.position >= snapshotEvery;
    if (isFar && control.now() - saved.at >= MIN_SNAPSHOT_INTERVAL_MS) await save();
  };
  if (folding.position === START) await save(); // a process that starts after a crash finds the rebuild by it
  const confirmed: Position[] = [];
  for (const point of await comparisonPointsUpTo(control.target(), dependencies, skipped)) {
    if (point.position < folding.position) continue;
    await foldThrough(folding, dependencies, point.position, afterSlice);
    if (matchesPoint(point, folding.folded)) confirmed.push(point.position);
  }
  // The log may grow as fast as this folds: stop once the gap is small or no longer shrinks.
  for (let before = Infinity; ;) {
    await foldThrough(folding, dependencies, control.target(), afterSlice);
    const left = control.target() - folding.position;
    if (left <= MAX_EVENTS_LEFT || left >= before) break;
    before = left;
  }
  await save();
  return { ...resultNow(), resumedFrom: from.position, confirmed };
}

async function unfinishedRebuild(
  dependencies: FoldDependencies,
  through: Position,
  skipped: Skipped,
): Promise<Folded> {
  const requirements = snapshotRequirements(dependencies, skipped, through);
  for await (const found of dependencies.rebuildSnapshots.newestFirst()) {
    const usable = await ifUsable(found, requirements);
    if (usable !== undefined) return usable;
  }
  return beginning(dependencies.definition.fold);
}

/**
 * Folds the log from its beginning and compares every snapshot and the live state with it, up to the first that differs.
 *
 * @throws SkippedDuringFold when the live projection has skipped other events than the log says now
 */
async function foldForAudit(
  live: FoldResult | undefined,
  dependencies: FoldDependencies,
  control: JobControl,
): Promise<AuditJobResult> {
  const through = live?.folded.position ?? control.target();
  const skipped = await readSkipped(dependencies);
  if (live !== undefined && live.machine !== fingerprintAt(dependencies, skipped, through))
    throw new SkippedDuringFold(dependencies);
  const points = [
    ...(await comparisonPointsUpTo(through, dependencies, skipped)),
    ...(live === undefined ? [] : [comparisonPointOf(live.folded, 'live state')]),
  ];
  const folding = startFolding(dependencies, skipped);
  let [checked, after] = [0, START];
  for (const point of points) {
    await foldThrough(folding, dependencies, point.position, control.afterSlice);
    checked += 1;
    if (!matchesPoint(point, folding.folded)) {
      const drift = { after, upTo: point.position, of: point.of };
      return { ...summaryOf(folding), checked, drift };
    }
    after = point.position;
  }
  await foldThrough(folding, dependencies, through, control.afterSlice);
  return { ...summaryOf(folding), checked };
}

function summaryOf({ folded }: Folding): Pick<AuditJobResult, 'position' | 'digest' | 'state'> {
  return {
    position: folded.position,
    digest: digestText(folded.digest),
    state: stateDigest(folded.state),
  };
}
