/** What the tables of a read model were built from, and how far. */
import { START, position, type Position } from '../../event-log/event.js';
import { NOTHING_FOLDED, digestText, type RollingDigest } from '../snapshots/rolling-digest.js';
import { TablesDamaged } from './database-trouble.js';

/** The table in which it is kept, beside those of the author. */
export const CHECKPOINT_TABLE = 'leftfold_checkpoint';

export interface TablesCheckpoint {
  /** The identity of the log. */
  readonly log: string;
  /** Of the definition, and of the events that were skipped. */
  readonly fingerprint: string;
  readonly position: Position;
  /** Of the commit that holds the position; empty at the beginning. */
  readonly hash: string;
  /** Of the events that were handled. */
  readonly digest: RollingDigest;
  /** False until they have caught up with the log once, and after others have taken their place. */
  readonly serves: boolean;
  /** Tells apart tables that were created at different times under one name. */
  readonly build: string;
}

/** In this order in the table. */
export const CHECKPOINT_COLUMNS = [
  'log',
  'fingerprint',
  'position',
  'hash',
  'digest',
  'serves',
  'build',
] as const;

/** As it is in the table, in both databases. */
export type CheckpointValues = Readonly<Record<(typeof CHECKPOINT_COLUMNS)[number], string | number>>;

/** `position` is a 64-bit integer in both databases; `serves` is 0 or 1. */
export const CREATE_CHECKPOINT = `
  CREATE TABLE ${CHECKPOINT_TABLE} (
    id integer PRIMARY KEY CHECK (id = 1), log text NOT NULL, fingerprint text NOT NULL, position bigint NOT NULL,
    hash text NOT NULL, digest text NOT NULL, serves integer NOT NULL, build text NOT NULL
  )`;

export const SELECT_CHECKPOINT = `SELECT ${CHECKPOINT_COLUMNS.join(', ')} FROM ${CHECKPOINT_TABLE}`;

export function beginningOf(log: string, fingerprint: string, build: string): TablesCheckpoint {
  return { log, fingerprint, position: START, hash: '', digest: NOTHING_FOLDED, serves: false, build };
}

export function valuesOf(checkpoint: TablesCheckpoint): CheckpointValues {
  const { digest, serves } = checkpoint;
  return { ...checkpoint, digest: digestText(digest), serves: Number(serves) };
}

/** @throws TablesDamaged when the row is not one that was written here */
export function checkpointOf(row: object): TablesCheckpoint {
  const { log, fingerprint, position: at, hash, digest, serves, build } = row as Partial<CheckpointValues>;
  const words = /^([0-9a-f]{8})([0-9a-f]{8})$/.exec(String(digest));
  const isPosition = Number.isSafeInteger(at) && Number(at) >= START;
  if (words === null || !isPosition) throw new TablesDamaged('its checkpoint cannot be read');
  const [high, low] = [words[1], words[2]].map((word) => parseInt(word ?? '', 16) | 0);
  return {
    log: String(log),
    fingerprint: String(fingerprint),
    position: position(Number(at)),
    hash: String(hash),
    digest: { high: high ?? 0, low: low ?? 0 },
    serves: serves === 1,
    build: String(build),
  };
}
