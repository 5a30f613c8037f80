/** The problems with which questions to a read model are refused. */
import type { Position } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';

/** There are no tables that could answer: they are being built, or the database cannot be reached. */
export class ReadModelAway extends Problem {
  constructor(name: string, folded: Position, reason = 'its tables are being built from the log') {
    super(
      'unavailable',
      'not-yet',
      'The state asked for is not there yet',
      `${name} cannot answer now: ${reason}.`,
      { retryAfter: 1, extensions: { position: folded, head: null } },
    );
  }
}
