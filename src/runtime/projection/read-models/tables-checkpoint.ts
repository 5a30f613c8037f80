/** What the tables of a read model were built from, and how far. */
import { START, position, type Position } from '../../event-log/event.js';
import { NOTHING_FOLDED, digestText, type RollingDigest } from '../snapshots/rolling-digest.js';
import { TablesDamaged } from './database-trouble.js';

/** The table in which it is kept, beside those of the author. */
export const CHECKPOINT_TABLE = 'leftfold_checkpoint';

/**
 * What tables are made for: to serve; or to be held against those that do, by a rebuild or an audit of one process; or they have
 * served before, and other processes may still answer from them.
 */
export type Purpose = 'build' | 'comparison' | 'before';

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
  readonly purpose: Purpose;
  /** Of the definition. */
  readonly version: number;
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
  'purpose',
  'version',
] as const;

/** As it is in the table, in both databases. */
export type CheckpointValues = Readonly<Record<(typeof CHECKPOINT_COLUMNS)[number], string | number>>;

/** `position` is a 64-bit integer in both databases; `serves` is 0 or 1. */
export const CREATE_CHECKPOINT = `
  CREATE TABLE ${CHECKPOINT_TABLE} (
    id integer PRIMARY KEY CHECK (id = 1), log text NOT NULL, fingerprint text NOT NULL, position bigint NOT NULL,
    hash text NOT NULL, digest text NOT NULL, serves integer NOT NULL, build text NOT NULL,
    purpose text NOT NULL, version integer NOT NULL
  )`;

export const SELECT_CHECKPOINT = `SELECT ${CHECKPOINT_COLUMNS.join(', ')} FROM ${CHECKPOINT_TABLE}`;

export function beginningOf(
  of: Pick<TablesCheckpoint, 'log' | 'fingerprint' | 'build' | 'purpose' | 'version'>,
): TablesCheckpoint {
  return { ...of, position: START, hash: '', digest: NOTHING_FOLDED, serves: false };
}

export function valuesOf(checkpoint: TablesCheckpoint): CheckpointValues {
  const { digest, serves } = checkpoint;
  return { ...checkpoint, digest: digestText(digest), serves: Number(serves) };
}

/** As `CHECKPOINT_COLUMNS` has them. */
export function orderedValues(checkpoint: TablesCheckpoint): readonly (string | number)[] {
  const values = valuesOf(checkpoint);
  return CHECKPOINT_COLUMNS.map((name) => values[name]);
}

/** @throws TablesDamaged when the row is not one that was written here */
export function checkpointOf(row: object): TablesCheckpoint {
  const { position: at, digest, serves, purpose, version, ...texts } = row as Partial<CheckpointValues>;
  const words = /^([0-9a-f]{8})([0-9a-f]{8})$/.exec(String(digest));
  const isPosition = Number.isSafeInteger(at) && Number(at) >= START;
  if (words === null || !isPosition || !isPurpose(purpose) || !Number.isSafeInteger(version))
    throw new TablesDamaged('its checkpoint cannot be read');
  const [high, low] = [words[1], words[2]].map((word) => parseInt(word ?? '', 16) | 0);
  return {
    log: String(texts.log),
    fingerprint: String(texts.fingerprint),
    position: position(Number(at)),
    hash: String(texts.hash),
    digest: { high: high ?? 0, low: low ?? 0 },
    serves: serves === 1,
    build: String(texts.build),
    purpose,
    version: Number(version),
  };
}

/** Handlers may come to the table in ways that no text of a statement shows, as by a trigger: it is no longer what it was when their transaction began. */
export class CheckpointTouched extends Error {
  constructor() {
    super(
      `a handler, or a trigger of its tables, has changed the table ${CHECKPOINT_TABLE}, which is the runtime's alone`,
    );
  }
}

const isPurpose = (value: unknown): value is Purpose =>
  value === 'build' || value === 'comparison' || value === 'before';
