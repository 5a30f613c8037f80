/** The messages of Stately's inspector, as the WebSocket adapter of `@statelyai/inspect` sends them: each a JSON text of its own. */
import { boundedCopy } from './bounded-copy.js';

/** Of `@statelyai/inspect`, whose messages these are. */
const PROTOCOL_VERSION = '0.7.2';

const MAX_SNAPSHOT_BYTES = 64 * 1024;
const MAX_EVENT_BYTES = 8 * 1024;
const MAX_DEFINITION_BYTES = 256 * 1024;

/** The actor of the process, in which all others are. */
export const ROOT_ID = 'runtime';

/** Of what was folded and is not sent. Its `count` is how many events these were. */
export const PASSED_OVER = 'leftfold.events-passed-over';

/** As XState has it. */
export interface ActorSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Absent where an actor has no states. */
  readonly value?: unknown;
  readonly context: unknown;
}

export interface InspectedEvent {
  readonly type: string;
}

export interface ActorIdentity {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | undefined;
  /** JSON. */
  readonly definition: string;
}

let sent = 0;

const common = (sessionId: string): object => ({
  sessionId,
  rootId: ROOT_ID,
  id: String((sent += 1)),
  createdAt: Date.now().toString(),
  _version: PROTOCOL_VERSION,
});

export function actorMessage(actor: ActorIdentity, snapshot: object): string {
  const { id, name, parentId, definition } = actor;
  return JSON.stringify({ type: '@xstate.actor', ...common(id), name, parentId, definition, snapshot });
}

export function eventMessage(actor: ActorIdentity, event: InspectedEvent): string {
  return JSON.stringify({ type: '@xstate.event', ...common(actor.id), event: boundedEvent(event) });
}

/** @param event the last that has led to it */
export function snapshotMessage(
  actor: ActorIdentity,
  snapshot: object,
  event: InspectedEvent = { type: '' },
): string {
  const message = { type: '@xstate.snapshot', ...common(actor.id), event: boundedEvent(event), snapshot };
  return JSON.stringify(message);
}

export function boundedSnapshot({ status, value, context }: ActorSnapshot): object {
  return {
    status,
    ...(value !== undefined && { value: boundedCopy(value, MAX_SNAPSHOT_BYTES).copy }),
    context: boundedCopy(context, MAX_SNAPSHOT_BYTES).copy,
  };
}

function boundedEvent(event: InspectedEvent): object {
  return { ...(boundedCopy(event, MAX_EVENT_BYTES).copy as object), type: event.type };
}

/** The configuration of a machine, as the official adapter sends it; but for the initial context, which a snapshot shows. A machine that is too large is only named. */
export function definitionOf(id: string, config: object): string {
  const { copy, isCut } = boundedCopy({ ...config, id, context: undefined }, MAX_DEFINITION_BYTES);
  return JSON.stringify(isCut ? { id } : copy);
}
