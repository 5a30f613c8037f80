/** The work that is done beside a live projection: the same in a worker process, in the server's own, and on the command line. */
import { START, position, type Position } from '../../event-log/event.js';
import type { Drift } from './drift.js';
import { beginning, type Folded, type Folding, type Skipped } from '../folding.js';
import { digestText } from '../snapshots/rolling-digest.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { foldThrough } from './fold-through.js';
import {
  foldingOn,
  isOurs,
  machineOn,
  skippedOn,
  SkippedMeanwhile,
  type FoldDependencies,
} from './fold-dependencies.js';
import {
  agrees,
  comparisonPointOf,
  comparisonPointsUpTo,
  type ComparisonPoint,
} from './comparison-points.js';

export type JobRequest =
  | { readonly kind: 'rebuild'; readonly every: number }
  /** Without `live` only what the projection has kept is looked at. */
  | { readonly kind: 'audit'; readonly live?: FoldExecutor };

/** A state, and the fingerprint of what folded it, which also tells what was passed over. */
export interface FoldExecutor {
  readonly folded: Folded;
  readonly machine: string;
}

export interface Rebuilt extends FoldExecutor {
  /** Where a rebuild that was broken off had come to; 0 when it began at the beginning. */
  readonly resumedFrom: Position;
  /** The snapshots of the live projection that the shadow agrees with. */
  readonly agreeing: readonly Position[];
}

export interface Audited {
  readonly position: Position;
  /** Of the events that were folded: two processes that stand at one position can be compared by it. */
  readonly digest: string;
  /** SHA-256 of the state that they lead to. */
  readonly state: string;
  /** How many snapshots and live states were held against the fold. */
  readonly checked: number;
  readonly drift?: Drift;
}

export interface JobResults {
  readonly rebuild: Rebuilt;
  readonly audit: Audited;
}

/** What the work asks and tells on its way. */
export interface JobObserver {
  /** How far to fold. May grow while the work goes on. */
  readonly target: () => Position;
  /** Is awaited after some hundred events; ends the work by throwing. */
  readonly turn: (position: Position) => Promise<void>;
  /** Milliseconds from any beginning. */
  readonly now: () => number;
}

/** At least so long lies between two snapshots of a shadow, in milliseconds: what is lost when it is broken off. */
const PAUSE = 2000;

/** A shadow that is so many events behind is left to the live thread, where each may take ten microseconds to read. */
const NEAR = 500;

export function runJob<Kind extends JobRequest['kind']>(
  task: JobRequest & { readonly kind: Kind },
  ground: FoldDependencies,
  watch: JobObserver,
): Promise<JobResults[Kind]>;
export function runJob(
  task: JobRequest,
  ground: FoldDependencies,
  watch: JobObserver,
): Promise<JobResults[JobRequest['kind']]> {
  return task.kind === 'audit' ? foldAudit(task.live, ground, watch) : foldRebuild(task.every, ground, watch);
}

/** Folds the whole log, or what a shadow before this one has left to be folded, and keeps snapshots on the way. */
async function foldRebuild(every: number, ground: FoldDependencies, watch: JobObserver): Promise<Rebuilt> {
  const skipped = await skippedOn(ground);
  const from = await newestShadow(ground, watch.target(), skipped);
  const folding = foldingOn(ground, skipped, from);
  let [keptAt, keptWhen] = [folding.position, watch.now()];
  const keep = async (): Promise<void> => {
    const { log, shadows } = ground;
    const machine = machineOn(ground, skipped, folding.position);
    await shadows.save({ ...folding.folded, log: log.identity, machine });
    [keptAt, keptWhen] = [folding.position, watch.now()];
  };
  const turn = async (at: Position): Promise<void> => {
    await watch.turn(at);
    if (at - keptAt >= every && watch.now() - keptWhen >= PAUSE) await keep();
  };
  if (folding.position === START) await keep(); // so that it is known, after a crash, that one was begun
  const marks = (await comparisonPointsUpTo(watch.target(), ground, skipped)).filter(
    ({ position: at }) => at >= folding.position,
  );
  const agreeing: Position[] = [];
  for (const mark of marks) {
    await foldThrough(folding, ground, mark.position, turn);
    if (agrees(mark, folding.folded)) agreeing.push(mark.position);
  }
  // Meanwhile the log goes on, perhaps as fast as this; what is left then is the live thread's.
  for (let before = Infinity; ;) {
    await foldThrough(folding, ground, watch.target(), turn);
    const left = watch.target() - folding.position;
    if (left <= NEAR || left >= before) break;
    before = left;
  }
  await keep();
  const machine = machineOn(ground, skipped, folding.position);
  return { folded: folding.folded, machine, resumedFrom: from.position, agreeing };
}

async function newestShadow(ground: FoldDependencies, through: Position, skipped: Skipped): Promise<Folded> {
  for await (const found of ground.shadows.newestFirst()) {
    if (isOurs(found, ground, through, skipped)) return found;
  }
  return beginning(ground.definition.fold);
}

/**
 * Folds the log from its beginning and holds every snapshot and the live state against it, up to the first that differs.
 *
 * @throws SkippedMeanwhile when the live one has passed over other events than the log says now
 */
async function foldAudit(
  live: FoldExecutor | undefined,
  ground: FoldDependencies,
  watch: JobObserver,
): Promise<Audited> {
  const through = live?.folded.position ?? watch.target();
  const skipped = await skippedOn(ground);
  if (live !== undefined && live.machine !== machineOn(ground, skipped, through))
    throw new SkippedMeanwhile(ground);
  const marks: readonly ComparisonPoint[] = [
    ...(await comparisonPointsUpTo(through, ground, skipped)),
    ...(live === undefined ? [] : [comparisonPointOf(live.folded, 'live state')]),
  ];
  const folding = foldingOn(ground, skipped);
  let [checked, after] = [0, START];
  for (const mark of marks) {
    await foldThrough(folding, ground, mark.position, watch.turn);
    checked += 1;
    if (!agrees(mark, folding.folded)) {
      const drift = { after, upTo: mark.position, of: mark.of };
      return { ...summaryOf(folding), checked, drift };
    }
    after = position(mark.position);
  }
  await foldThrough(folding, ground, through, watch.turn);
  return { ...summaryOf(folding), checked };
}

function summaryOf({ folded }: Folding): Pick<Audited, 'position' | 'digest' | 'state'> {
  return {
    position: folded.position,
    digest: digestText(folded.digest),
    state: stateDigest(folded.state),
  };
}
