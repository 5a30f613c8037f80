/** The LMDB environment of a log: its tables, and how they are opened. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { StoreSize } from '../../event-log/event-store.js';
import { START, position, type CommitId, type Position, type Tag } from '../../event-log/event.js';
import { TreeFlag as TableFlag } from './file-check/layout.js';
import { FileDamaged } from './file-check/page-file.js';
import type { Tables } from './file-check/tree-kinds.js';
import { withOwnReaderSlot } from './reader-slot.js';

/** The tables of a log, as `openFiles` opens them. */
export const TABLES: Tables = {
  about: TableFlag.versions,
  commits: 0,
  ids: 0,
  tags: TableFlag.duplicates,
  types: TableFlag.duplicates,
};

/** Of the tables. A log of another format is not opened. */
const FORMAT = 2;

export interface LmdbFiles {
  readonly root: RootDatabase;
  /** The last position of a commit → the whole commit. One seek finds the commit that holds a position. */
  readonly commits: Database<Buffer, Position>;
  /** Commit id → the commit's last position. */
  readonly ids: Database<Position, CommitId>;
  /** Tag → the last positions of the commits that hold an event with it. */
  readonly tags: Database<Position, Tag>;
  /** Event type → the last positions of the commits that hold an event of it. */
  readonly types: Database<Position, string>;
  /** The log's format, its identity and its writer; versioned, so that a write can be conditional on them. */
  readonly about: Database<unknown, string>;
}

/** @throws ProcessIdTaken when LMDB cannot tell this process from another one that has the log open */
export function openFiles(folder: string, { readOnly }: { readonly readOnly: boolean }): LmdbFiles {
  return withOwnReaderSlot(() => openTables(folder, readOnly));
}

function openTables(folder: string, readOnly: boolean): LmdbFiles {
  if (!readOnly) mkdirSync(folder, { recursive: true });
  else if (!existsSync(join(folder, 'data.mdb'))) throw new Error(`${folder} holds no log`);
  const root = open({
    path: folder,
    // A folder, also if there is a dot in its name.
    noSubdir: false,
    readOnly,
    maxDbs: 8,
    // With overlapping syncs, a commit would be visible before it is flushed.
    overlappingSync: false,
    // The store makes its own batches.
    eventTurnBatching: false,
    // A transaction begins with the second write, and not only after this turn of the event loop.
    txnStartThreshold: 1,
  } as Parameters<typeof open>[0] & { path: string });
  const files: LmdbFiles = {
    root,
    commits: root.openDB({ name: 'commits', encoding: 'binary' }),
    ids: root.openDB({ name: 'ids', encoding: 'msgpack' }),
    tags: root.openDB({ name: 'tags', encoding: 'ordered-binary', dupSort: true }),
    types: root.openDB({ name: 'types', encoding: 'ordered-binary', dupSort: true }),
    about: root.openDB({ name: 'about', encoding: 'msgpack', useVersions: true }),
  };
  try {
    requireFormat(files, folder, readOnly);
  } catch (error) {
    void root.close();
    throw error;
  }
  return files;
}

export function lastPosition({ commits }: LmdbFiles): Position {
  for (const key of commits.getKeys({ reverse: true, limit: 1 })) return position(key);
  return START;
}

/**
 * Reads an entry. An error with a code is one of LMDB itself, such as too many readers; any other is due to damaged bytes.
 *
 * @throws what `damaged` returns when the entry cannot be decoded
 */
export function decoded<Entry>(read: () => Entry, damaged: (reason: string) => Error): Entry {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? damaged(message) : error;
  }
}

/** Reads from the table `about`. @throws FileDamaged when an entry cannot be decoded */
export function aboutLog<Entry>(folder: string, read: () => Entry): Entry {
  return decoded(
    read,
    (reason) =>
      new FileDamaged(join(folder, 'data.mdb'), `what it says about itself cannot be read (${reason})`),
  );
}

function requireFormat({ root, about }: LmdbFiles, folder: string, readOnly: boolean): void {
  const format = aboutLog(folder, () => about.get('format'));
  if (format === FORMAT) return;
  if (format === undefined && !readOnly) {
    root.transactionSync(() => {
      about.putSync('format', FORMAT);
    });
    return;
  }
  const found = format === undefined ? 'no log' : `a log of format ${JSON.stringify(format)}`;
  throw new Error(`${folder} holds ${found}, but this version reads format ${FORMAT}`);
}

/** @param bytes of the data file, with the room that is reserved at its end */
export function sizeOf({ root }: LmdbFiles, bytes: number): StoreSize {
  const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
  return { kind: 'lmdb', bytes, usedBytes: (lastPageNumber + 1) * pageSize };
}
