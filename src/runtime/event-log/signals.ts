/** Operational signals, for monitoring: no state may depend on them. Sent with `@nestjs/event-emitter`. */
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
  /** The log was found to have another past than the one that was folded; the projection folds anew. */
  'projection.log-went-back': { readonly projection: string };
  'projection.resumed': {
    readonly projection: string;
    /** Its position when it was resumed. */
    readonly resumedFrom: number;
    readonly position: number;
    readonly events: number;
    readonly milliseconds: number;
  };
  /** It was told to skip the event at this position. */
  'projection.skipped': { readonly projection: string; readonly position: number; readonly reason: string };
  'projection.audited': {
    readonly projection: string;
    readonly position: number;
    /** How many snapshots and live states were compared with the log. */
    readonly checked: number;
  };
  /** Its state or a snapshot is not what the log folds to: the first difference is between these two positions. */
  'projection.drifted': { readonly projection: string; readonly after: number; readonly upTo: number };
  'projection.rebuilt': { readonly projection: string; readonly position: number; readonly equal: boolean };
  /** A handler of a read model takes long for one event; everything behind it waits. */
  'projection.handler-slow': {
    readonly projection: string;
    readonly position: number;
    readonly type: string;
    readonly milliseconds: number;
  };
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
