/** How the log is: whether it can be read and appended to, where its head is, and when an append last succeeded. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  CommitNotFlushed,
  STORE_TROUBLES,
  StorageFull,
  StoreUnavailable,
  WriterLeaseLost,
} from './errors.js';
import type { Position } from './event.js';
import type { EventLog } from './event-log.js';
import type { StoreStatus } from './event-store.js';
import { Problem } from '../http/kernel/problem.js';

export interface LogHealth {
  /** `read-only`: it can be read and takes no appends now. */
  readonly status: 'available' | 'read-only' | 'unavailable';
  /** Absent when the store did not tell. */
  readonly head?: Position;
  /** When an append of this process last succeeded, in ISO 8601; absent before the first. */
  readonly lastAppend?: string;
  /** Why it is not available, as a stable code and as a sentence. */
  readonly code?: string;
  readonly detail?: string;
}

/** A probe must be answered within its caller's patience, whatever the store does. */
const MAX_WAIT_MS = 2_000;

export async function logHealth(
  log: Pick<EventLog, 'head' | 'status' | 'lastAppend'>,
  maxWait = MAX_WAIT_MS,
): Promise<LogHealth> {
  const head = await headWithin(log, maxWait);
  const lastAppend = log.lastAppend?.toISOString();
  const isReadable = typeof head === 'number';
  const trouble = isReadable ? log.status() : head;
  return {
    status: trouble === undefined ? 'available' : isReadable ? 'read-only' : 'unavailable',
    ...(isReadable && { head }),
    ...(lastAppend !== undefined && { lastAppend }),
    ...trouble,
  };
}

/** The codes of a store whose events can still be read: what was folded from it is up to date. */
const READABLE: ReadonlySet<string> = new Set([
  'store-read-only',
  new StorageFull().problem,
  'appends-stalled',
  new WriterLeaseLost().problem,
  new CommitNotFlushed().problem,
]);

/** Whether answers from this log's projections may be out of date, as it cannot be read. */
export function isLogUnreadable(status: StoreStatus | undefined): boolean {
  return status !== undefined && !READABLE.has(status.code);
}

/** Whether the log's server is in trouble, so that every other process over the log is no better off. */
export function isTroubleOfStore({ code }: Pick<LogHealth, 'code'>): boolean {
  return code !== undefined && Object.hasOwn(STORE_TROUBLES, code);
}

async function headWithin(log: Pick<EventLog, 'head'>, maxWait: number): Promise<Position | StoreStatus> {
  const answered = new AbortController();
  const silent = pause(maxWait, undefined, { signal: answered.signal }).then(
    () => statusOf(new StoreUnavailable()),
    () => statusOf(new StoreUnavailable()),
  );
  try {
    return await Promise.race([log.head(), silent]);
  } catch (error) {
    return statusOf(error);
  } finally {
    answered.abort();
  }
}

function statusOf(error: unknown): StoreStatus {
  if (error instanceof StoreUnavailable) return { code: error.code, detail: error.inShort };
  if (error instanceof Problem) return { code: error.problem, detail: error.detail };
  return { code: 'log-failed', detail: error instanceof Error ? error.message : String(error) };
}
