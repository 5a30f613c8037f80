/** Reads a database of entities in SQLite as it is at one moment, beside what writes to it, in this process or another. */
import { checkpointOf, type Checkpoint, type CheckpointRow } from '../entity-checkpoint.js';
import type { EntityReader, Shape } from '../entity-database.js';
import { connectedInBackground, type Parameter } from './connections.js';
import { isOtherSchema, sqliteError } from './sqlite-errors.js';
import { Connection } from './sqlite-reads.js';
import { CHECKPOINT, entitiesAfter } from './sqlite-rows.js';

const NEVER = new AbortController().signal;

/** @throws DatabaseDamaged also when the file is no database of such entities */
export async function sqliteReader(file: string, shape: Shape): Promise<EntityReader> {
  const connection = new Connection(await connected(file));
  const all = async <Row>(sql: string, parameters: readonly Parameter[]): Promise<readonly Row[]> => {
    try {
      return await connection.all<Row>(sql, parameters, NEVER);
    } catch (error) {
      throw sqliteError(error, isOtherSchema);
    }
  };
  const checkpoint = async (): Promise<Checkpoint | undefined> => {
    const [row] = await all<CheckpointRow>(CHECKPOINT, []);
    return row === undefined ? undefined : checkpointOf(row);
  };
  try {
    await connection.exec('BEGIN');
    await checkpoint(); // SQLite takes the view with the first read
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    checkpoint,
    entitiesAfter: (key, limit) => entitiesAfter(shape, key, limit, all),
    close: async () => {
      // Its file stays open until the statements are collected; a view that was begun must not last as long.
      await connection.exec('ROLLBACK');
      connection.close();
    },
  };
}

async function connected(file: string): ReturnType<typeof connectedInBackground> {
  try {
    return await connectedInBackground(file);
  } catch (error) {
    throw sqliteError(error, isOtherSchema);
  }
}
