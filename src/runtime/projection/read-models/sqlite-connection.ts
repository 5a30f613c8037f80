/** A connection to SQLite for Kysely. The driver `libsql` ends the process at values that it does not know, so they are converted or refused here. */
import { types } from 'node:util';
import type Libsql from 'libsql';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';

type SqliteValue = string | number | bigint | Buffer | null;
type Statement = Libsql.Statement<[readonly SqliteValue[]]>;

/** Prepared statements that a connection keeps; those that were not used longest are prepared again. */
const MAX_PREPARED = 64;
const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);

export class SqliteConnection implements DatabaseConnection {
  readonly #prepared = new Map<string, Statement>();

  constructor(readonly database: Libsql.Database) {}

  executeQuery<Row>({
    sql,
    parameters,
  }: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<QueryResult<Row>> {
    return new Promise((resolve) => {
      resolve(this.run<Row>(sql, parameters)); // within the call; an error rejects
    });
  }

  run<Row>(sql: string, parameters: readonly unknown[] = []): QueryResult<Row> {
    const values = parameters.map(sqliteValue);
    const statement = this.#statement(sql);
    if (statement.reader) return { rows: statement.all(values).map((row) => jsRow(row as object)) as Row[] };
    const { changes, lastInsertRowid } = statement.run(values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async *streamQuery<Row>({
    sql,
    parameters,
  }: Pick<CompiledQuery, 'sql' | 'parameters'>): AsyncIterableIterator<QueryResult<Row>> {
    for (const row of this.iterate<Row>(sql, parameters)) yield await Promise.resolve({ rows: [row] });
  }

  *iterate<Row>(sql: string, parameters: readonly unknown[] = []): Generator<Row, void, undefined> {
    const values = parameters.map(sqliteValue);
    // Its own: one that is kept may be run again while this is read.
    const statement = this.#prepare(sql);
    const rows = statement.iterate(values);
    let isLeft = false;
    try {
      for (let next = rows.next(); next.done !== true; next = rows.next()) {
        isLeft = true;
        yield jsRow(next.value as object) as Row;
        isLeft = false;
      }
    } finally {
      // A statement that is left before its end keeps the database from being merged. `get` resets it.
      if (isLeft && rows.next().done !== true) statement.get(values);
    }
  }

  #statement(sql: string): Statement {
    const known = this.#prepared.get(sql);
    // Put at the end: the first ones are dropped.
    if (known !== undefined) this.#prepared.delete(sql);
    const statement = known ?? this.#prepare(sql);
    this.#prepared.set(sql, statement);
    if (this.#prepared.size > MAX_PREPARED) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    return statement;
  }

  #prepare(sql: string): Statement {
    return this.database.prepare<[readonly SqliteValue[]]>(sql).safeIntegers(true);
  }
}

/**
 * Booleans are stored as 1 and 0, times as text in ISO 8601.
 *
 * @throws TypeError for what SQLite has no type for
 */
export function sqliteValue(value: unknown): SqliteValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  // As a number it would be stored with a decimal point where the column has no type.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'bigint') return storable(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  // Not `instanceof`, which fails for objects of another realm, such as a test's.
  if (types.isDate(value)) return value.toISOString();
  if (types.isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError(
    `a value of a query is text, a number, a bigint, a boolean, a Date, bytes or null, not ${typeof value}; store an object as JSON.stringify(object)`,
  );
}

function storable(value: bigint): bigint {
  if (value >= MIN_INTEGER && value <= MAX_INTEGER) return value;
  throw new RangeError('an integer of SQLite has 64 bits; store a larger one as text');
}

/** Integers as numbers where they are exact, otherwise as bigint; bytes as Buffer, as `pg` gives them. */
function jsRow(row: object): object {
  for (const [name, value] of Object.entries(row) as [string, unknown][]) {
    if (typeof value === 'bigint') (row as Record<string, unknown>)[name] = jsInteger(value);
    else if (types.isArrayBuffer(value)) (row as Record<string, unknown>)[name] = Buffer.from(value);
  }
  return row;
}

export function jsInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
