/** What ends the use of a database of entities, for a while or for good. */

/** The database cannot be used. What was in it is folded anew from the log. */
export class DatabaseDamaged extends Error {}

/** The database was closed before it answered: another one has taken its place, or the process ends. */
export class DatabaseClosed extends Error {
  constructor() {
    super('the database was closed');
  }
}

/** Another process has written to the database meanwhile. */
export class CheckpointMoved extends Error {}
