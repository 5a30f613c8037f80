/** The problems with which questions to an entity projection are refused. */
import type { Position } from '../../event-log/event.js';
import { Problem } from '../../http/kernel/problem.js';

/** The database cannot be asked now: the projection recovers, folds anew, or has ended, or the database is away. */
export class EntityDatabaseAway extends Problem {
  constructor(
    name: string,
    folded: Position,
    why = `${name} is recovering; its entities are being folded from the log.`,
    options: ErrorOptions = {},
  ) {
    super('unavailable', 'not-yet', 'The state asked for is not there yet', why, {
      ...options,
      retryAfter: 1,
      extensions: { position: folded, head: null },
    });
  }
}

/** So many queries wait for the database that another one is refused. */
export class EntityQueriesBusy extends Problem {
  constructor() {
    super(
      'unavailable',
      'entity-queries-busy',
      'Too many queries wait for the database',
      'Too many queries wait for the database of these entities; ask again a little later.',
      { retryAfter: 1 },
    );
  }
}

/** A query took longer than it may. */
export class EntityQueryTooSlow extends Problem {
  constructor(seconds: number) {
    super(
      'unavailable',
      'entity-query-too-slow',
      'The query takes too long',
      `The query was ended after ${seconds} s. Ask without count, with filters that fewer entities match, or for a list that a compound index has.`,
      { retryAfter: 10 },
    );
  }
}

/** Of a key that may be anything, no more than this is told. */
const MAX_SHOWN = 40;

export class EntityNotFound extends Problem {
  /** @param path where the entities are served */
  constructor(name: string, key: string, path = name) {
    const shown = key.length > MAX_SHOWN ? `${key.slice(0, MAX_SHOWN)}…` : key;
    super(
      'not-found',
      'entity-not-found',
      'There is no such entity',
      `There is no ${shown} in ${name}; GET /${path} lists what there is.`,
    );
  }
}
