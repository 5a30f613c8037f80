/** The state of a projection's lifecycle, copied from the actor that runs it: queries ask for it too often to look it up there. */
import type { Position } from '../event-log/event.js';
import type { ProjectionFault } from './fault.js';
import { settled, statusOf, type ProjectionActor, type ProjectionStatus } from './projection.machine.js';

const RESUME_TIMEOUT_MS = 5_000;

export class LifecycleState {
  #settle: () => void = () => undefined;
  /** Resolves once the projection has recovered, or has stopped before it had. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });
  #status: ProjectionStatus = 'recovering';
  #fault: ProjectionFault | undefined;
  #actor: ProjectionActor | undefined;

  get status(): ProjectionStatus {
    return this.#status;
  }

  /** Why it stopped last. */
  get lastFault(): ProjectionFault | undefined {
    return this.#fault;
  }

  /** Why it stopped; also while it resumes, until it is past that. @param at how far it has folded */
  faultAt(at: Position): ProjectionFault | undefined {
    const isPassed = this.#status === 'resuming' && at >= (this.#fault?.position ?? 0);
    return isPassed ? undefined : this.#fault;
  }

  copyFrom(actor: ProjectionActor): void {
    this.#actor = actor;
    const update = (snapshot: ReturnType<ProjectionActor['getSnapshot']>): void => {
      this.#status = statusOf(snapshot);
      this.#fault = snapshot.context.fault;
      if (this.#status !== 'recovering') this.#settle();
    };
    update(actor.getSnapshot());
    actor.subscribe(update);
  }

  send(event: Parameters<ProjectionActor['send']>[0]): void {
    this.#actor?.send(event);
  }

  /**
   * Tries again from where it stopped; does nothing unless it is faulted. Resolves once it follows or is faulted again, or
   * after five seconds.
   */
  async resume(): Promise<void> {
    const actor = this.#actor;
    if (actor === undefined || this.#status === 'stopped') return;
    actor.send({ type: 'resume' });
    await settled(actor, RESUME_TIMEOUT_MS);
  }
}
