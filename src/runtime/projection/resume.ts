/** Resumes a projection that stopped at an event, with or without that event. */
import { Problem } from '../http/kernel/problem.js';
import type { Commit, Metadata, Position } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import { describeProjectionFault } from './fault.js';
import type { ProjectionFault } from './fault.js';
import type { ProjectionStatus } from './projection.machine.js';
import { recordSkip, skipId } from './skipping.js';

/** A projection of one state or of many. */
interface Resumable {
  readonly name: string;
  readonly status: ProjectionStatus;
  readonly position: Position;
  readonly fault: ProjectionFault | undefined;
  resume(): Promise<void>;
  /** Whether one of its entities stopped there, while it went on. */
  hasEntityFaultAt?(at: Position): Promise<boolean>;
}

/** Only a faulted projection can be resumed. */
export class NotFaulted extends Problem {
  constructor({ name, status, position }: Pick<Resumable, 'name' | 'status' | 'position'>) {
    super(
      'conflict',
      'projection-not-faulted',
      'The projection has not stopped',
      `${name} is ${status} at position ${position}; only a projection that is faulted can be resumed.`,
      { extensions: { position } }, // a problem's `status` is that of HTTP
    );
  }
}

/** Only the event at which a projection stopped can be skipped, and only if folding that event was the fault. */
export class NotSkippable extends Problem {
  constructor(detail: string, position: Position) {
    super('conflict', 'event-not-skippable', 'The event cannot be skipped', detail, {
      extensions: { position },
    });
  }
}

/** @throws NotFaulted */
export async function resumeProjection(projection: Resumable): Promise<void> {
  if (projection.status !== 'faulted') throw new NotFaulted(projection);
  await projection.resume();
}

/**
 * Records that the projection skips the event, and resumes it. A repetition, also in another process, records nothing and
 * returns the same commit; it resumes the projection if it is still faulted.
 *
 * @throws NotFaulted
 * @throws NotSkippable
 */
export async function skipFaultedEvent(
  projection: Resumable,
  log: EventLog,
  {
    position: at,
    reason,
    metadata,
  }: { readonly position: Position; readonly reason: string; readonly metadata?: Metadata },
): Promise<Commit> {
  let commit = await log.find(skipId(projection.name, at));
  if (commit === undefined) {
    await requireSkippable(projection, at);
    const { name } = projection;
    commit = await recordSkip(
      log,
      { projection: name, position: at, reason },
      metadata === undefined ? {} : { metadata },
    );
  }
  // It may have been resumed by its skip listener by now.
  if (projection.fault !== undefined) await projection.resume();
  return commit;
}

async function requireSkippable(projection: Resumable, at: Position): Promise<void> {
  if (projection.status === 'following' && (await projection.hasEntityFaultAt?.(at)) === true) return;
  const { fault } = projection;
  if (projection.status !== 'faulted' || fault === undefined) throw new NotFaulted(projection);
  const description = describeProjectionFault(projection.name, fault);
  if (fault.event === undefined) {
    throw new NotSkippable(
      `${description}. There is no event to skip; resume without one once the cause is gone.`,
      fault.position,
    );
  }
  if (fault.position !== at)
    throw new NotSkippable(`${description}. Only that event can be skipped.`, fault.position);
}
