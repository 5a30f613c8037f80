/** Operational signals: what operators want to know, never what state depends on. Sent with `@nestjs/event-emitter`. */
import type { EventEmitter2 } from '@nestjs/event-emitter';

export interface Signals {
  'follower.failed': { readonly error: unknown };
  'projection.recovered': {
    readonly projection: string;
    readonly position: number;
    readonly restoredFrom: number;
    readonly events: number;
    readonly milliseconds: number;
  };
  'projection.faulted': { readonly projection: string; readonly position: number; readonly error: unknown };
  'projection.resumed': {
    readonly projection: string;
    /** Where it stood when it was told to. */
    readonly resumedFrom: number;
    readonly position: number;
    readonly events: number;
    readonly milliseconds: number;
  };
  /** Somebody told the projection to pass over the event at this position. */
  'projection.skipped': { readonly projection: string; readonly position: number; readonly reason: string };
  'projection.audited': {
    readonly projection: string;
    readonly position: number;
    /** How many snapshots and live states were held against the log. */
    readonly checked: number;
  };
  /** What it holds, or has kept, is not what the log folds to: that began between these two positions. */
  'projection.drifted': { readonly projection: string; readonly after: number; readonly upTo: number };
  'projection.rebuilt': { readonly projection: string; readonly position: number; readonly equal: boolean };
  'snapshot.taken': { readonly projection: string; readonly position: number; readonly bytes: number };
  'snapshot.unreadable': { readonly projection: string; readonly file: string; readonly reason: string };
  'snapshot.failed': { readonly projection: string; readonly error: unknown };
}

/** A listener that throws does not stop the sender. An application without `EventEmitterModule` has no emitter. */
export function signal<Name extends keyof Signals>(
  emitter: EventEmitter2 | undefined,
  name: Name,
  payload: Signals[Name],
  onListenerFailed: (error: unknown) => void,
): void {
  try {
    emitter?.emit(name, payload);
  } catch (error) {
    onListenerFailed(error);
  }
}
