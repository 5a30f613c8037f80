/** Holds what a projection has, live and in snapshots, against what the log folds to. */
import type { Position } from '../../event-log/event.js';
import type { Projection } from '../projection.js';
import { machineOn, type FoldDependencies } from './fold-dependencies.js';
import type { Executor } from './executor.js';
import type { Audited } from './run-job.js';

export interface AuditReport extends Audited {
  readonly milliseconds: number;
}

export interface AuditOptions {
  readonly place: Executor;
  readonly ground: FoldDependencies;
  readonly progressed: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/**
 * Nothing is changed, whatever is found. States are never written to, so what is live now can be looked at while the live
 * one goes on.
 *
 * @throws Error when the log cannot be folded as far as the projection has folded it
 * @throws SkippedMeanwhile
 */
export async function runAudit(
  live: Projection,
  { place, ground, progressed, signal }: AuditOptions,
): Promise<AuditReport> {
  const began = performance.now();
  const { folded, skipped } = live;
  const target = (): Position => folded.position;
  const audited = await place.run(
    { kind: 'audit', live: { folded, machine: machineOn(ground, skipped, folded.position) } },
    {
      projection: live.name,
      target,
      progressed: (position) => {
        progressed(position, target);
      },
      signal,
    },
  );
  live.audited(audited.drift);
  return { ...audited, milliseconds: Math.round(performance.now() - began) };
}
