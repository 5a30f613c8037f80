/** Values between JavaScript and SQLite: the driver ends the process at those that it does not know. */
import { connected, loaded } from '../entities/sqlite/connections.js';
import { SqliteConnection, sqliteValue } from './sqlite-connection.js';

describe('a value of a query in SQLite', () => {
  it.each([
    [true, 1n],
    [false, 0n],
    [undefined, null],
    [5, 5n],
    [1.5, 1.5],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Uint8Array([1, 2]), Buffer.from([1, 2])],
  ])('%p is stored as %p', (value, stored) => {
    expect(sqliteValue(value)).toEqual(stored);
  });

  it.each([[{}], [[1]], [Symbol('no')], [(): void => undefined]])('%p is refused', (value) => {
    expect(() => sqliteValue(value)).toThrow('store an object as JSON.stringify(object)');
  });

  it.each([[2n ** 63n], [-(2n ** 63n) - 1n]])('%p is refused', (value) => {
    expect(() => sqliteValue(value)).toThrow('an integer of SQLite has 64 bits; store a larger one as text');
  });
});

describe('a connection to SQLite', () => {
  let connection: SqliteConnection;

  beforeEach(async () => {
    connection = new SqliteConnection(connected(await loaded(), undefined));
    connection.run('CREATE TABLE value (id INTEGER PRIMARY KEY, bytes BLOB)');
  });

  afterEach(() => {
    connection.database.close();
  });

  it('tells what was inserted, and how many rows were changed', () => {
    const inserted = connection.run('INSERT INTO value (id) VALUES (?), (?)', [1, 2n ** 60n]);
    expect(inserted).toEqual({ rows: [], numAffectedRows: 2n, insertId: 2n ** 60n });
    expect(connection.run('SELECT id FROM value ORDER BY id').rows).toEqual([{ id: 1 }, { id: 2n ** 60n }]);
  });

  it('leaves nothing open when rows are not read to the end', async () => {
    connection.run('INSERT INTO value (id) VALUES (1), (2), (3)');
    for await (const { rows } of connection.streamQuery({ sql: 'SELECT id FROM value', parameters: [] })) {
      expect(rows).toEqual([{ id: 1 }]);
      break;
    }
    connection.run('DROP TABLE value'); // SQLite refuses it while a statement reads the table
  });
});
