/** An event contract: the published definition of one event type, which every event of it keeps. */
import { z, type ZodType } from 'zod';
import type { Json, NewEvent, RecordedEvent, Tag } from './event.js';

export interface EventContract<Type extends string = string, Data = Json> {
  readonly type: Type;
  /** The revision that is recorded now, from 1. */
  readonly revision: number;
  readonly schema: ZodType<Data>;
  /** An event of this type, to be recorded. Its data is checked when it is appended. */
  create(data: Data, tags?: readonly Tag[]): NewEvent<Type, Data>;
}

/** What a contract's events are once they are recorded: `RecordedOf<typeof numberRecorded>`. */
export type RecordedOf<Contract> =
  Contract extends EventContract<infer Type, infer Data> ? RecordedEvent<Type, Data> : never;

/** A contract of whatever type. Methods keep this assignable from every contract. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: a contract both takes and gives its data
export type AnyContract = EventContract<string, any>;

const EVENT_NAME = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/;

/**
 * Defines an event type, named `noun.past-participle`. The schema must describe JSON and nothing else,
 * so that whoever reads the log in another language can hold the same contract.
 *
 * @throws Error at start-up when the name, the revision or the schema cannot be one
 */
export function defineEvent<const Type extends string, Data extends Json>(definition: {
  readonly type: Type;
  readonly revision?: number;
  readonly schema: ZodType<Data>;
}): EventContract<Type, Data> {
  const { type, revision = 1, schema } = definition;
  if (!EVENT_NAME.test(type)) {
    throw new Error(`event ${type}: a name is noun.past-participle in lower case, as in number.recorded`);
  }
  if (!Number.isSafeInteger(revision) || revision < 1) {
    throw new Error(`event ${type}: a revision is an integer from 1, not ${revision}`);
  }
  requireJsonSchema(type, schema);
  return {
    type,
    revision,
    schema,
    create: (data, tags) => ({ type, data, ...(tags !== undefined && { tags }) }),
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
