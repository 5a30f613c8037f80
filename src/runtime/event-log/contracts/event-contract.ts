/** An event contract: the published definition of one event type, in every revision that was ever recorded. */
import { z, type ZodType } from 'zod';
import type { Json, Metadata, NewEvent, RecordedEvent, Tag } from '../event.js';

export interface EventContract<Type extends string = string, Data = Json> extends Revision<Data> {
  readonly type: Type;
  /** Whether anybody may append it, over HTTP too. Otherwise only the program does: its deciders and services. */
  readonly open: boolean;
  /** The earlier revisions, oldest first, each with the upcaster to the next one. */
  readonly earlier: readonly EarlierRevision[];
  /** An event of this type, to be recorded. Its data is checked when it is appended. */
  create(data: Data, tags?: readonly Tag[]): NewEvent<Type, Data>;
  /**
   * The contract with one more revision, which is recorded from now on. Events that were recorded before stay as they are,
   * and are upcasted to it whenever they are read.
   *
   * @throws Error at start-up when the schema describes more than JSON, or the upcaster is said to yield its own type
   */
  revise<Next extends Json, const Others extends readonly AnyContract[] = readonly []>(
    next: NextRevision<Type, Data, Next, Others>,
  ): EventContract<Type, Next>;
}

/** One revision of an event type. */
export interface Revision<Data = Json> {
  /** From 1. */
  readonly revision: number;
  readonly schema: ZodType<Data>;
  readonly examples: readonly Example<Data>[];
}

/** A revision that can be read, but is no longer recorded. */
export interface EarlierRevision extends Revision {
  readonly upcaster: Upcaster;
}

/** An event as it may have been recorded: it is published with its revision, and every consumer folds it in a test. */
export interface Example<Data = Json> {
  readonly data: Data;
  readonly tags?: readonly Tag[];
  readonly metadata?: Metadata;
}

/** From one revision to the next: a pure function, and what must be known of it before any event is read. */
export interface Upcaster {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each upcaster knows the data of its own revision
  readonly upcast: (event: RecordedEvent<any, any>) => readonly (Upcasted | NewEvent)[];
  /** The contracts of other types that it may give events of, each in the revision of these events. */
  readonly yields: readonly AnyContract[];
  /** Whether an event that it gives may have a tag that the one it is given has not. */
  readonly addsTags: boolean;
}

/** An event of the next revision. Position, time, commit and metadata are always those that were recorded. */
export interface Upcasted<Data = Json> {
  readonly data: Data;
  /** Absent: those that the event had. */
  readonly tags?: readonly Tag[];
  readonly id?: never;
  readonly type?: never;
  readonly revision?: never;
  readonly position?: never;
  readonly time?: never;
  readonly commit?: never;
  readonly metadata?: never;
}

/** The argument of `revise`: the new revision, and how an event of the one before becomes none, one or many of it. */
export interface NextRevision<
  Type extends string,
  Data,
  Next extends Json,
  Others extends readonly AnyContract[],
> {
  readonly schema: ZodType<Next>;
  readonly examples?: readonly Example<NoInfer<Next>>[];
  /**
   * Pure: the same event always gives the same result. The event is frozen. What it throws stops the reader at that event.
   */
  readonly upcast: (
    event: RecordedEvent<Type, Data>,
  ) => readonly (Upcasted<NoInfer<Next>> | NewEventOf<NoInfer<Others>[number]>)[];
  /** The other types that it creates events of. A read of these types needs it to find them. */
  readonly yields?: Others;
  /** Whether it gives events new tags. A read of such a tag needs it to find them, and searches more of the log. */
  readonly addsTags?: boolean;
}

/** The recorded events of a contract: `RecordedOf<typeof numberRecorded>`. */
export type RecordedOf<Contract> =
  Contract extends EventContract<infer Type, infer Data> ? RecordedEvent<Type, Data> : never;

/** What `create` of a contract makes. */
export type NewEventOf<Contract> =
  Contract extends EventContract<infer Type, infer Data> ? NewEvent<Type, Data> : never;

/** A contract of any type. Methods keep this assignable from every contract. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: a contract both takes and gives its data
export type AnyContract = EventContract<string, any>;

/** Types that begin with it are the runtime's own. */
export const RUNTIME_PREFIX = 'leftfold.';

const EVENT_NAME = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/;

/**
 * Defines an event type, named `noun.past-participle`, by its first revision; `revise` adds the later ones. The
 * schema must describe JSON and nothing else, so that programs in other languages can use the same contract.
 *
 * @throws Error at start-up when the name, the revision or the schema cannot be one
 */
export function defineEvent<const Type extends string, Data extends Json>(definition: {
  readonly type: Type;
  /**
   * Whether anybody may append it, also by `POST /events`. For events that no decision guards. Default: false, only the
   * program's own code may.
   */
  readonly open?: boolean;
  /** The oldest revision that can be read. Default: 1. */
  readonly revision?: number;
  readonly schema: ZodType<Data>;
  readonly examples?: readonly Example<NoInfer<Data>>[];
}): EventContract<Type, Data> {
  const { type, open = false, revision = 1, schema, examples = [] } = definition;
  if (type.startsWith(RUNTIME_PREFIX)) {
    throw new Error(
      `event ${type}: types that begin with ${RUNTIME_PREFIX} are the runtime's own; name it otherwise`,
    );
  }
  if (!EVENT_NAME.test(type)) {
    throw new Error(`event ${type}: a name is noun.past-participle in lower case, as in number.recorded`);
  }
  if (!Number.isSafeInteger(revision) || revision < 1) {
    throw new Error(`event ${type}: a revision is an integer from 1, not ${revision}`);
  }
  return contractOf(type, open, [], { revision, schema, examples });
}

/** A contract of the runtime's own, which no append of a user records. @internal */
export function defineRuntimeEvent<const Type extends string, Data extends Json>(definition: {
  readonly type: Type;
  readonly schema: ZodType<Data>;
  readonly examples: readonly Example<NoInfer<Data>>[];
}): EventContract<Type, Data> {
  const { type, schema, examples } = definition;
  return contractOf(type, false, [], { revision: 1, schema, examples });
}

/** All revisions that can be read, oldest first. */
export function revisionsOf(contract: AnyContract): readonly Revision[] {
  return [...contract.earlier, contract];
}

function contractOf<Type extends string, Data extends Json>(
  type: Type,
  open: boolean,
  earlier: readonly EarlierRevision[],
  current: Revision<Data>,
): EventContract<Type, Data> {
  requireJsonSchema(type, current.schema);
  return {
    ...current,
    type,
    open,
    earlier,
    create: (data, tags) => ({ type, data, ...(tags !== undefined && { tags }) }),
    revise: ({ schema, examples = [], upcast, yields = [], addsTags = false }) => {
      if (yields.some((other) => other.type === type)) {
        throw new Error(`event ${type}: yields names other types; an event of its own is { data }`);
      }
      const outdated = { ...current, upcaster: { upcast, yields, addsTags } };
      return contractOf(type, open, [...earlier, outdated], {
        revision: current.revision + 1,
        schema,
        examples,
      });
    },
  };
}

function requireJsonSchema(type: string, schema: ZodType): void {
  try {
    z.toJSONSchema(schema);
  } catch (error) {
    throw new Error(`event ${type}: its schema must describe JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
