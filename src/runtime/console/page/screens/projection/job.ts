/** How an audit or a rebuild stands, in words. */
import { count } from './kind.js';

export type JobKind = 'audit' | 'rebuild';

export interface Job {
  readonly status: 'never' | 'waiting' | 'running' | 'done' | 'failed';
  readonly position?: number;
  readonly through?: number;
  /** Events a second. */
  readonly rate?: number;
  /** Seconds. */
  readonly remaining?: number;
  readonly reason?: string;
  readonly milliseconds?: number;
  /** Of an audit: how many snapshots and states were compared. */
  readonly checked?: number;
  readonly drift?: { readonly after: number; readonly upTo: number; readonly of: string };
  /** Of a rebuild: whether old and new state were the same. */
  readonly equal?: boolean;
  readonly difference?: { readonly before: unknown; readonly after: unknown };
}

export function isUnderWay({ status }: Job): boolean {
  return status === 'waiting' || status === 'running';
}

/** Of one that is not under way. */
export function resultOf(job: Job, kind: JobKind): string {
  if (job.status === 'never') return `There was no ${kind} since this process has started.`;
  if (job.status === 'failed') return `The last one failed: ${job.reason ?? 'no reason is known.'}`;
  const upTo = `up to ${count(job.position ?? 0)}, in ${durationText(job.milliseconds ?? 0)}`;
  return kind === 'audit' ? `${auditResult(job)} (${upTo}).` : `${rebuildResult(job)} (${upTo}).`;
}

function auditResult({ drift, checked = 0 }: Job): string {
  if (drift !== undefined)
    return `The last one found a drift between ${count(drift.after)} and ${count(drift.upTo)}: the ${drift.of} there is not what the log folds to`;
  return `The last one found no drift; ${count(checked)} ${checked === 1 ? 'state was' : 'states were'} compared with what the log folds to`;
}

function rebuildResult({ equal }: Job): string {
  if (equal === undefined) return 'The last one is done';
  return equal
    ? 'The last one came to the same state as the one that was served'
    : 'The last one came to another state, which has taken the place of the one that was served';
}

function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${count(milliseconds)} ms`;
  return `${(milliseconds / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`;
}
