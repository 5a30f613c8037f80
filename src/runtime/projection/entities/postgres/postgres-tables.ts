/** The tables of an entity projection in PostgreSQL: a schema of its own, and in it a table for each database. */
import { createHash } from 'node:crypto';
import type { Shape } from '../entity-database.js';
import { NONE_UNKEYED } from '../entity.js';
import { COLUMN_TYPES } from './postgres-columns.js';

/** PostgreSQL cuts off longer ones without a word. */
const MAX_IDENTIFIER_LENGTH = 63;

/** @param prefix of the log's schema: two logs in one database have projections of one name */
export function schemaNameOf(prefix: string, projection: string): string {
  const name = `${prefix}_${projection.replaceAll('-', '_')}`;
  if (name.length <= MAX_IDENTIFIER_LENGTH) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.slice(0, MAX_IDENTIFIER_LENGTH - digest.length - 1)}_${digest}`;
}

/** The column of a member. A prefix, since a member may be named as a column of the runtime. */
export const columnOf = (member: string): string => `"i_${member}"`;

/** What tells of the columns: a table of another shape is not used. */
export const shapeText = ({ index, compound }: Shape): string => JSON.stringify([index, compound]);

export class Tables {
  readonly checkpoints: string;
  readonly numbers: string;
  readonly list: string;

  constructor(readonly schema: string) {
    this.checkpoints = this.of('checkpoints');
    this.numbers = this.of('numbers');
    this.list = this.of('entity_list');
  }

  entities(number: number): string {
    return this.of(`entities_${number}`);
  }

  snapshots(number: number): string {
    return this.of(`snapshots_${number}`);
  }

  of(table: string): string {
    return `"${this.schema}".${table}`;
  }

  /** What all databases of the projection share. The numbers of databases are not used twice. */
  get shared(): string {
    return `
      create table if not exists ${this.checkpoints} (
        number integer primary key,
        shape text not null,
        log text,
        fingerprint text,
        position bigint not null default 0,
        hash text not null default '',
        digest text not null default '0',
        entities bigint not null default 0,
        faulted bigint not null default 0,
        serves boolean not null default false
      );
      alter table ${this.checkpoints} add column if not exists unkeyed text not null default '${JSON.stringify(NONE_UNKEYED)}';
      comment on table ${this.checkpoints} is 'How far each table of entities is folded, and from what.';
      comment on column ${this.checkpoints}.serves is 'Whether it answers. The others are being rebuilt or compared.';
      create sequence if not exists ${this.numbers} as integer`;
  }

  /** Fillfactor: most changes of an entity leave some columns as they are, and find room beside it. */
  create(number: number, { index, compound }: Shape): string {
    const table = this.entities(number);
    const columns = Object.entries(index).map(
      ([member, kind]) => `, ${columnOf(member)} ${COLUMN_TYPES[kind]}`,
    );
    const indexes = [...Object.keys(index).map((member) => [member]), ...compound].map(
      (together) =>
        `create index on ${table} (${[...together.map((member) => `${columnOf(member)} nulls first`), 'key'].join()})`,
    );
    return [
      `create table ${table} (
        key text collate "C" primary key,
        position bigint not null,
        digest text not null,
        state bytea not null,
        view text not null,
        fault text,
        changes bigint not null default 0${columns.join('')}
      ) with (fillfactor = 80)`,
      ...indexes,
      `create table ${this.snapshots(number)} (
        key text collate "C" not null,
        position bigint not null,
        state bytea not null,
        primary key (key, position)
      )`,
      `create index on ${table} (position) where fault is not null`,
    ].join(';');
  }

  /** What users read: the database that answers, under one name whichever it is. */
  view(number: number, { index }: Shape): string {
    const members = Object.keys(index).map((member) => `${columnOf(member)} as "${member}"`);
    return `create or replace view ${this.list} as
      select ${['key', 'position', ...members, 'view::json as json'].join()} from ${this.entities(number)}`;
  }
}
