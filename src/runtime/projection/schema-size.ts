/** What the tables of schemas in PostgreSQL take on the disk. */

/** With their indexes and large values, in `bytes`, as text. `$1` is a list of the names of schemas; those that there are not take nothing. */
export const SELECT_SIZE = `
  select coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::text as bytes
  from pg_class join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where nspname = any($1::text[]) and relkind in ('r', 'm', 'S')`;
