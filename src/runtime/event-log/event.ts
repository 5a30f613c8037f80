/** The plain types of the log: events, commits, queries, ranges. */
import { InvalidValue } from './errors.js';

declare const brand: unique symbol;
export type Branded<Type, Name extends string> = Type & { readonly [brand]: Name };

/** The place of an event in the log: an integer from 1, strictly increasing, never reused. 0 is before the first. */
export type Position = Branded<number, 'Position'>;
/** The id of one append, up to 255 characters, none of them NUL. An append that repeats it gets the first answer again. */
export type CommitId = Branded<string, 'CommitId'>;
/** What an event is about: `number:42`. Up to 255 characters, none of them NUL. */
export type Tag = Branded<string, 'Tag'>;

/** A JSON value. Nothing else is ever recorded; a member that is undefined is left out. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type Metadata = Readonly<Record<string, Json>>;

export const NO_METADATA: Metadata = Object.freeze({});
export const NO_TAGS: readonly Tag[] = Object.freeze([]);

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
  // PostgreSQL's text cannot hold it, and C strings end there.
  if (value.includes('\0')) throw new InvalidValue(`A ${what} holds no NUL character (U+0000).`);
  return value;
}

/** An event that is to be recorded. */
export interface NewEvent<Type extends string = string, Data = Json> {
  readonly type: Type;
  readonly data: Data;
  readonly tags?: readonly Tag[];
}

/** What an event says, checked against its contract. */
export interface EventContent {
  readonly type: string;
  readonly revision: number;
  readonly tags: readonly Tag[];
  readonly data: Json;
}

/** An event as the store keeps it, in whatever revision it was recorded. */
export interface StoredEvent extends EventContent {
  readonly position: Position;
  /** When it was recorded: RFC 3339, UTC, milliseconds. At least that of the event before it, unless one of them was imported or recorded before times were kept from running back. */
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
  /** The number of this event, from 1, among several that upcasters made of the one recorded at this position. Absent: there is one. */
  readonly part?: number;
}

/** Any of these types (absent: any) and all of these tags (absent: whatever they are). */
export interface QueryItem {
  readonly types?: readonly string[];
  readonly tags?: readonly Tag[];
  /**
   * Only events that were recorded in a revision before this one. For the log, which has to find events in earlier
   * revisions; of no use to contexts, which see every event in its current revision.
   */
  readonly revisionBelow?: number;
}

/** An event matches a query if it matches any of its items (dcb.events). A query without items matches none. */
export type Query = readonly QueryItem[];

export const EVERYTHING: Query = [{}];

/** The append fails if an event after this position matches the query (dcb.events). */
export interface AppendCondition {
  readonly query: Query;
  readonly after: Position;
}

/** A part of the log, and a direction. */
export interface Range {
  /** Only events after it. Default: the start. */
  readonly after?: Position;
  /** Only events up to it, itself included. Default: the head when reading begins. */
  readonly through?: Position;
  /** At most the events at so many positions: several that upcasters made of one are never parted. Default: all of them. */
  readonly limit?: number;
  /** Newest first. Default: false. */
  readonly backwards?: boolean;
}

/** At most so many events are in a page, so that reading a long log takes little memory. */
export const PAGE_SIZE = 1000;

/** Some events, and how far the page goes: all that match up to `through` are in this page or an earlier one. */
export interface Page {
  readonly events: readonly RecordedEvent[];
  readonly through: Position;
}

/** What a store is to record: all of it or nothing. */
export interface NewCommit {
  readonly id: CommitId;
  /** The id was made for this append, so a store need not look whether it is known. Default: false. */
  readonly isNewId?: boolean;
  /** When it is appended. It is recorded with the time of the commit before it if that is later: times never run back. */
  readonly time: string;
  /** It was recorded in another log, and keeps its time even if that runs back. Default: false. */
  readonly isImported?: boolean;
  readonly metadata: Metadata;
  readonly events: readonly EventContent[];
  readonly condition?: AppendCondition;
  /** Identifies the request, to tell a retry from another use of the same id. */
  readonly fingerprint?: string;
}

/** What a recorded commit says. */
export interface CommitContent {
  readonly id: CommitId;
  readonly first: Position;
  readonly last: Position;
  readonly time: string;
  readonly metadata: Metadata;
  readonly fingerprint?: string;
  readonly events: readonly StoredEvent[];
}

/** A whole commit as it is stored: for verifying, exporting and copying a log. */
export interface RecordedCommit extends CommitContent {
  /** The hash of the commit before it, in hexadecimal; 64 zeros before the first. */
  readonly previous: string;
  /** SHA-256 over its content and `previous`, in hexadecimal. The same content has the same hash in every store. */
  readonly hash: string;
}

/** The answer to an append. */
export interface Commit {
  readonly id: CommitId;
  readonly first: Position;
  readonly last: Position;
  readonly time: string;
  readonly fingerprint?: string;
  /** True when a commit of this id was recorded before; this append recorded nothing. */
  readonly repeated: boolean;
}
