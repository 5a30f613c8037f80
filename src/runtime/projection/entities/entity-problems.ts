/** The problems with which questions to an entity projection are refused. */
import type { Position } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';

/** The database is not open: the projection recovers, folds anew, or has ended. */
export class EntityDatabaseAway extends Problem {
  constructor(name: string, folded: Position) {
    super(
      'unavailable',
      'not-yet',
      'The state asked for is not there yet',
      `${name} is recovering; its entities are being folded from the log.`,
      { retryAfter: 1, extensions: { position: folded } },
    );
  }
}

/** Of a key that may be anything, no more than this is told. */
const MAX_SHOWN = 40;

export class EntityNotFound extends Problem {
  constructor(name: string, key: string) {
    const shown = key.length > MAX_SHOWN ? `${key.slice(0, MAX_SHOWN)}…` : key;
    super(
      'not-found',
      'entity-not-found',
      'There is no such entity',
      `There is no ${shown} in ${name}; GET /${name} lists what there is.`,
    );
  }
}
