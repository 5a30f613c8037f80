/** What a command, or a look at its subject, comes to where the log has an event that the decider's machine fails on. */
import type { RecordedEvent, Tag } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';

/** What cannot be folded: whose subject, and which. */
export interface UnfoldableSubject {
  /** The name of the decider. */
  readonly decider: string;
  /** The tags that its events have. */
  readonly tags: readonly Tag[];
}

/**
 * The machine of a decider throws, or makes what is no data, at an event of the log, so there is no state to decide in. What was thrown is the `cause`; it is in
 * the server's log, and in no answer.
 */
export class EventCannotBeFolded extends Problem {
  /** @param options `recorded`: the position of what the request itself has recorded before the fold failed */
  constructor(
    readonly event: Pick<RecordedEvent, 'position' | 'type' | 'commit'>,
    readonly subject: UnfoldableSubject,
    options: ErrorOptions & { readonly recorded?: number } = {},
  ) {
    const { position, type, commit } = event;
    const { recorded } = options;
    const outcome =
      recorded === undefined
        ? 'Until it can, no command about its subject is carried out.'
        : `The command itself was recorded, at position ${recorded}.`;
    super(
      'unavailable',
      'event-cannot-be-folded',
      'An event of the log cannot be folded',
      `The decider ${subject.decider} cannot fold the ${type} at position ${position}: its machine fails there. ${outcome}`,
      {
        cause: options.cause,
        extensions: { position, event: type, commit, decider: subject.decider, tags: subject.tags },
        logKey: `${subject.decider} ${position}`,
      },
    );
  }

  /** The same, for a command that was recorded. */
  afterRecording(recorded: number): EventCannotBeFolded {
    return new EventCannotBeFolded(this.event, this.subject, { cause: this.cause, recorded });
  }
}
