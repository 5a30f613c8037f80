/** Why a question about the past cannot be answered. */
import type { Position } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';
import type { FoldFailed } from '../folding.js';

/** Nothing is recorded there yet. */
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

/** The projection cannot fold an event before what is asked for, now as little as then. */
export class CannotBeFolded extends Problem {
  constructor({ position, cause }: FoldFailed) {
    super(
      'unavailable',
      'cannot-be-folded',
      'An event cannot be folded',
      `The event at position ${position} cannot be folded, so there is no state from there on: ${reasonOf(cause)}`,
      { cause, extensions: { position } },
    );
  }
}

/** Without some events, a later one makes no sense. */
export class CannotBeWithout extends Problem {
  constructor({ position, cause }: FoldFailed) {
    super(
      'invalid',
      'cannot-be-without',
      'What is left cannot be folded',
      `Without those events the one at position ${position} cannot be folded; leave it out as well: ${reasonOf(cause)}`,
      { cause, extensions: { position } },
    );
  }
}

/** As many folds into the past as may be are under way. */
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

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
