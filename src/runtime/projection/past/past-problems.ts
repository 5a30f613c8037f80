/** The problems with which questions about the past are refused. */
import type { Position } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';
import type { FoldFailed } from '../folding.js';

/** The position is after the head of the log. */
export class AfterHead extends Problem {
  constructor(asked: Position, head: Position) {
    super(
      'not-found',
      'after-head',
      'Nothing is recorded there yet',
      `Position ${asked} is after the head of the log, which is at ${head}.`,
      { extensions: { position: head } },
    );
  }
}

/** The projection cannot fold an event at or before the position that was asked for. */
export class CannotBeFolded extends Problem {
  constructor({ position, cause }: FoldFailed) {
    super(
      'unavailable',
      'cannot-be-folded',
      'An event cannot be folded',
      `The event at position ${position} cannot be folded, so there is no state from there on: ${messageOf(cause)}`,
      { cause, extensions: { position } },
    );
  }
}

/** A what-if leaves out events without which a later one cannot be folded. */
export class CannotBeWithout extends Problem {
  constructor({ position, cause }: FoldFailed) {
    super(
      'invalid',
      'cannot-be-without',
      'What is left cannot be folded',
      `Without those events the one at position ${position} cannot be folded; leave it out as well: ${messageOf(cause)}`,
      { cause, extensions: { position } },
    );
  }
}

/** The projection already runs as many folds into the past as it may. */
export class PastBusy extends Problem {
  constructor(projection: string) {
    super(
      'unavailable',
      'past-busy',
      'Too many questions about the past at a time',
      `${projection} answers as many questions about its past as it may; ask again a little later.`,
      { retryAfter: 1 },
    );
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
