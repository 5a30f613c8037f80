/** Compares a projection's live state and snapshots with what the log folds to. */
import type { Position } from '../../event-log/event.js';
import type { Projection } from '../projection.js';
import type { Executor } from './executor.js';
import { fingerprintAt, type FoldDependencies } from './fold-dependencies.js';
import type { AuditJobResult } from './run-job.js';

export interface AuditReport extends AuditJobResult {
  readonly milliseconds: number;
}

export interface AuditOptions {
  readonly executor: Executor;
  readonly dependencies: FoldDependencies;
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/**
 * Changes nothing but the projection's `drift`, whatever is found. States are immutable, so the live state of this
 * moment can be compared while the projection folds on.
 *
 * @throws Error when the log cannot be folded as far as the projection has folded it
 * @throws SkippedDuringFold
 */
export async function runAudit(
  live: Projection,
  { executor, dependencies, onProgress, signal }: AuditOptions,
): Promise<AuditReport> {
  const began = performance.now();
  const { folded, skipped } = live;
  const target = (): Position => folded.position;
  const result = await executor.run(
    { kind: 'audit', live: { folded, machine: fingerprintAt(dependencies, skipped, folded.position) } },
    {
      projection: live.name,
      target,
      onProgress: (position) => {
        onProgress(position, target);
      },
      signal,
    },
  );
  live.audited(result.drift);
  return { ...result, milliseconds: Math.round(performance.now() - began) };
}
