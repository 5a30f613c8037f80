/** The tables of an entity projection in SQLite, and the view that other programs read. */
import type { Shape } from '../entity-database.js';

/** The column of a member. A prefix, since a member may be named as a column of the runtime, or as a keyword of SQL. */
export const columnOf = (member: string): string => `i_${member}`;

export function schemaOf({ index, compound }: Shape): string {
  const members = Object.keys(index);
  // What columns hold is made for sorting; what users read is what was answered.
  const shown = [
    'key',
    'position',
    ...members.map((member) => `view ->> '$.${member}' AS "${member}"`),
    'view AS json',
  ];
  const indexes = [...members.map((member) => [member]), ...compound].map((together) => {
    // The comma is in no member, so that no two indexes have one name.
    const name = `"by ${together.join()}"`;
    return `CREATE INDEX IF NOT EXISTS ${name} ON entities (${[...together.map(columnOf), 'key'].join()});`;
  });
  return `
    CREATE TABLE IF NOT EXISTS checkpoint (
      id INTEGER PRIMARY KEY CHECK (id = 1), log TEXT NOT NULL, fingerprint TEXT NOT NULL, position INTEGER NOT NULL,
      hash TEXT NOT NULL, digest TEXT NOT NULL, entities INTEGER NOT NULL, faulted INTEGER NOT NULL, serves INTEGER NOT NULL,
      unkeyed TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS entities (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, digest TEXT NOT NULL,
      state NOT NULL, view TEXT NOT NULL, fault TEXT, changes INTEGER NOT NULL DEFAULT 0${members.map((member) => `, ${columnOf(member)}`).join('')}
    );
    CREATE TABLE IF NOT EXISTS snapshots (
      key TEXT NOT NULL, position INTEGER NOT NULL, state NOT NULL, PRIMARY KEY (key, position)
    );
    CREATE INDEX IF NOT EXISTS faulted ON entities (position) WHERE fault IS NOT NULL;
    CREATE VIEW IF NOT EXISTS entity_list AS SELECT ${shown.join()} FROM entities;
    ${indexes.join('\n')}`;
}
