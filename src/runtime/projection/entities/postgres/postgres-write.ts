/** The SQL by which entities are written to PostgreSQL. */
import type { EntityChanges, Shape } from '../entity-database.js';
import { hexadecimal } from '../entity.js';
import { ABSENT } from '../index-kinds.js';
import { COLUMN_TYPES, parameterOf } from './postgres-columns.js';
import type { Sql } from './postgres-list.js';
import { MEMBERS, MEMBER_TYPES, bytesIn } from './postgres-rows.js';
import { columnOf, type Tables } from './postgres-tables.js';

/**
 * All of a change in one statement, and so in one transaction: nothing is written unless the checkpoint moves. The parameters come after
 * those of the checkpoint and the removed keys: an array for each column.
 */
export function writeSql(
  tables: Tables,
  number: number,
  { index }: Shape,
  { written, snapshots, refolded }: EntityChanges,
): Sql {
  const table = tables.entities(number);
  const kinds = Object.values(index);
  const columns = [...MEMBERS, ...Object.keys(index).map(columnOf)];
  const types = [...MEMBER_TYPES, ...kinds.map((kind) => COLUMN_TYPES[kind].split(' collate', 1)[0])];
  const kept = [
    snapshots.map(({ key }) => key),
    snapshots.map(({ position: at }) => at),
    snapshots.map(({ state }) => bytesIn(state)),
  ];
  const parameters = [
    ...kept,
    refolded,
    written.map(({ entity }) => entity.key),
    written.map(({ entity }) => entity.position),
    written.map(({ entity }) => hexadecimal(entity.digest)),
    written.map(({ state }) => bytesIn(state)),
    written.map(({ entity }) => entity.view),
    written.map(({ entity: { fault } }) => (fault === undefined ? null : JSON.stringify(fault))),
    written.map(({ entity }) => entity.changes),
    ...kinds.map((kind, place) =>
      written.map(({ columns: values }) => parameterOf(kind, values[place] ?? ABSENT)),
    ),
  ];
  const arrays = types.map((type, place) => `$${place + 16}::${type ?? ''}[]`).join();
  const updated = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  const text = `
    with moved as (
      update ${tables.checkpoints} set log = $3, fingerprint = $4, position = $5, hash = $6, digest = $7,
        entities = $8, faulted = $9, unkeyed = $10
      where number = $1 and position = $2 returning number
    ), removed as (
      delete from ${table} where key = any($11::text[]) and exists (select from moved)
    ), outdated as (
      delete from ${tables.snapshots(number)} where key = any($15::text[])
        and (key, position) not in (select * from unnest($12::text[], $13::bigint[])) and exists (select from moved)
    ), remembered as (
      insert into ${tables.snapshots(number)} (key, position, state)
      select * from unnest($12::text[], $13::bigint[], $14::bytea[]) where exists (select from moved)
      on conflict (key, position) do update set state = excluded.state
    ), written as (
      insert into ${table} as kept (${columns.join()})
      select * from unnest(${arrays}) where exists (select from moved)
      on conflict (key) do update set ${updated.join()}
    )
    select exists (select from moved) as moved`;
  return { text, parameters };
}
