/** What is recorded, in plain types: events, commits, and the questions that can be asked of them. */
import { InvalidValue } from './errors.js';

declare const brand: unique symbol;
type Branded<Type, Name extends string> = Type & { readonly [brand]: Name };

/** Where an event stands in the log: an integer from 1, strictly increasing, never reused. 0 is before the first. */
export type Position = Branded<number, 'Position'>;
/** The name of one append, up to 255 characters, none of them NUL. Whoever repeats it gets the first answer again. */
export type CommitId = Branded<string, 'CommitId'>;
/** What an event is about: `number:42`. Up to 255 characters, none of them NUL. */
export type Tag = Branded<string, 'Tag'>;

/** What JSON can say. Only this is ever recorded; a member that is undefined is left out. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type Metadata = Readonly<Record<string, Json>>;

/** Before the first event: following from here shows everything. */
export const START = 0 as Position;

const MAX_NAME_LENGTH = 255;

/** @throws InvalidValue unless it is an integer from 0 on */
export function position(value: number): Position {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidValue(`A position is an integer from 0 on, not ${value}.`);
  }
  return value as Position;
}

/** @throws InvalidValue unless it has 1 to 255 characters, none of them NUL */
export function tag(value: string): Tag {
  return name('tag', value) as Tag;
}

/** @throws InvalidValue unless it has 1 to 255 characters, none of them NUL */
export function commitId(value: string): CommitId {
  return name('commit id', value) as CommitId;
}

function name(what: string, value: string): string {
  if (value.length === 0 || value.length > MAX_NAME_LENGTH) {
    throw new InvalidValue(`A ${what} has 1 to ${MAX_NAME_LENGTH} characters, not ${value.length}.`);
  }
  if (!value.isWellFormed()) throw new InvalidValue(`A ${what} is well-formed Unicode.`);
  // A database's text cannot hold it (PostgreSQL), and much that is written in C ends there.
  if (value.includes('\0')) throw new InvalidValue(`A ${what} holds no NUL character (U+0000).`);
  return value;
}

/** An event that is to be recorded. */
export interface NewEvent<Type extends string = string, Data = Json> {
  readonly type: Type;
  readonly data: Data;
  readonly tags?: readonly Tag[];
}

/** An event as the store keeps it, in whatever revision it was recorded. */
export interface StoredEvent {
  readonly position: Position;
  readonly type: string;
  readonly revision: number;
  readonly tags: readonly Tag[];
  readonly data: Json;
  /** When it was recorded: RFC 3339, UTC, milliseconds. The order is the positions', never the times'. */
  readonly time: string;
  readonly commit: CommitId;
  readonly metadata: Metadata;
}

/** An event as its consumers see it: of its contract's current revision. */
export interface RecordedEvent<Type extends string = string, Data = Json> extends Omit<
  StoredEvent,
  'type' | 'data'
> {
  readonly type: Type;
  readonly data: Data;
  /** Which of several events, from 1, that upcasters made of the one recorded at this position. Absent: it is the only one. */
  readonly part?: number;
}

/** Any of these types (absent: any) and all of these tags (absent: whatever they are). */
export interface QueryItem {
  readonly types?: readonly string[];
  readonly tags?: readonly Tag[];
  /**
   * Only what was recorded in a revision before this one. The log narrows by it what it asks of a store beyond the
   * query; contexts, who see every event in its current revision, have no use for it.
   */
  readonly revisionBelow?: number;
}

/** An event is meant when any item means it (dcb.events). A query without an item means none. */
export type Query = readonly QueryItem[];

export const EVERYTHING: Query = [{}];

/** The append fails if an event that the query means stands after this position (dcb.events). */
export interface AppendCondition {
  readonly query: Query;
  readonly after: Position;
}

/** Which part of the log, and which way. */
export interface Range {
  /** Only what stands after it. Default: the start. */
  readonly after?: Position;
  /** Only what stands up to it, itself included. Default: the head when the reading begins. */
  readonly through?: Position;
  /** The events at so many positions at most: several that upcasters made of one are never parted. Default: all of them. */
  readonly limit?: number;
  /** Newest first. Default: false. */
  readonly backwards?: boolean;
}

/** What a store is asked to record: all of it or nothing. */
export interface NewCommit {
  readonly id: CommitId;
  /** The id was made for this append, so that nothing can stand under it: a store need not look. Default: false. */
  readonly isNewId?: boolean;
  readonly time: string;
  readonly metadata: Metadata;
  readonly events: readonly Pick<StoredEvent, 'type' | 'revision' | 'tags' | 'data'>[];
  readonly condition?: AppendCondition;
  /** Tells whether a repeated id comes with what it came with the first time. */
  readonly fingerprint?: string;
}

/** What was recorded, whole, as it is kept: what verifying, exporting and copying a log see. */
export interface RecordedCommit {
  readonly id: CommitId;
  readonly first: Position;
  readonly last: Position;
  readonly time: string;
  readonly metadata: Metadata;
  readonly fingerprint?: string;
  readonly events: readonly StoredEvent[];
  /** The hash of the commit before it, in hexadecimal; 64 zeros before the first. */
  readonly previous: string;
  /** SHA-256 over its content and `previous`, in hexadecimal. The same content has the same hash in every store. */
  readonly hash: string;
}

/** What was recorded. */
export interface Commit {
  readonly id: CommitId;
  readonly first: Position;
  readonly last: Position;
  readonly time: string;
  readonly fingerprint?: string;
  /** True when this id had been recorded before, and this append recorded nothing. */
  readonly repeated: boolean;
}
