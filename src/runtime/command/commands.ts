/** What a decider's commands are: which input, which event, how it is decided, and how they are served. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Commit, Json, NewEvent } from '../event-log/event.js';
import type { Problem } from '../http/kernel/problem.js';
import type { FoldState } from '../fold/fold-state.js';
import type { Claim, Records } from './decision-model.js';
import type { AnyInputSchema, InputSchema, OutputOf } from './input-schema.js';

/** What a command comes to: events to record, or a refusal, which records nothing. */
export type Decision = NewEvent | readonly NewEvent[] | Problem;

/** How a command is decided. */
export interface Decides<Context, Input, Id> {
  readonly records: Records;
  /**
   * Called only in a state that allows the command. Must not change the state, and may be called again when the subject changes meanwhile.
   *
   * @throws Problem as an alternative to giving it
   */
  readonly decide: (state: FoldState<Context>, input: Input, id: Id) => Decision;
  readonly unique?: (input: Input, id: Id) => readonly Claim[];
}

/** A command that belongs to no decider, for `execute`. */
export interface Command<Context, Input> {
  /** The event that the command records. The command is allowed if the state's machine has a transition for it. */
  readonly records: AnyContract;
  /**
   * The events to record, in a state that allows the command.
   *
   * @throws Problem when the input is not possible in this state; then nothing is recorded
   */
  readonly decide: (state: FoldState<Context>, input: Input) => readonly NewEvent[];
}

/** A command of a decider. */
export interface CommandDefinition<Context, Schema, Id> extends Decides<Context, OutputOf<Schema>, Id> {
  /** Any Standard Schema that gives JSON Schema. */
  readonly input: Schema;
  /** For the documentation. Default: its name and that of the decider. */
  readonly summary?: string;
  /** Inputs for the documentation. Each must be one that the schema takes. */
  readonly examples?: readonly Json[];
  /** One of each kind that it is refused with beside those of the decider, as an example for the documentation. */
  readonly problems?: readonly Problem[];
  /**
   * Whether it creates its subject: it is served as `POST /<decider>`. Default: the one command that the machine's initial state allows.
   */
  readonly creates?: boolean;
  /** What the subject claims with it, as in `({ email }, id) => [emails.claim(email, id)]`. Recorded in the same commit. */
  readonly unique?: (input: OutputOf<Schema>, id: Id) => readonly Claim[];
  /** False: it is not served. */
  readonly http?: CommandHttp<OutputOf<Schema>, Id> | false;
}

/** How a command is served. */
export interface CommandHttp<Input, Id> {
  /**
   * What follows the subject in the URL: `POST /<decider>/{id}/<path>`; of a decision about several subjects, all of it. Default: the name. A part
   * in braces is a member of the input that the URL has and the body has not: `items/{item}/quantity`. Numbers and booleans are written as in JSON. The command
   * that creates names no members.
   */
  readonly path?: string;
  /**
   * A member of the input, a text that takes a UUID, that names what the command makes: where the client sends none, a UUID of version 7 is made. A retry under the
   * same `Idempotency-Key` is answered with the one that was made first.
   */
  readonly makes?: string;
  /** Media types of the body. Default: `application/json`. All but forms and NDJSON are read as JSON. */
  readonly accepts?: readonly string[];
  /** Whether forms are taken, too. A field whose schema is a number or a boolean is read as one. Default: false. */
  readonly forms?: boolean;
  /** Whether an array, or NDJSON, is taken: one commit, all or none. Default: false. */
  readonly many?: boolean;
  /** How many inputs an array may have. Default: 1,000. */
  readonly maxMany?: number;
  /** What several inputs are called, as in `deposits`. Default: `inputs`. */
  readonly plural?: string;
  /**
   * What the body may be where it is not just the input, as a bare value. Gives the input, or, with `many`, an array of them; `input` does not see it
   * again. Not for a command that creates a subject with an id of the client's, which is a member of the input. Forms are documented by `input`.
   */
  readonly body?: InputSchema<unknown, Input | readonly Input[]>;
  /** The operation's id in the documentation. Default: the names of the command and its decider, as in `depositAccount`. */
  readonly operationId?: string;
  /** Default: 201. With 204 the answer has no body. */
  readonly status?: 200 | 201 | 202 | 204;
  /**
   * The path that `Location` leads to, with members that every input has, and the subject's parameter, in braces: `items/{item}`. The default counts where a
   * member's value can be no part of a URL, as `..` or one with a slash. Of an array, where its events are, whatever this says. Default: the subject; of a decision about several subjects, its events.
   */
  readonly location?: string;
  /**
   * Whether the answer is what `GET` shows of the subject, in the state that this commit made. Not with `many`, `answer`, or 204, nor for a decision about
   * several subjects. Default: false.
   */
  readonly shows?: boolean;
  /** The body of the answer. A retry must get the same. Default: `{ id, position }`. */
  readonly answer?: (recorded: Recorded<Input, Id>) => Json;
  /** Describes `answer` in the documentation. */
  readonly answerSchema?: AnyInputSchema;
  /** What tells two requests under one `Idempotency-Key` apart. Default: command, subject, and the input as it was sent. */
  readonly fingerprint?: (request: Requested<Input, Id>) => Json;
}

/** What a request asks for. */
export interface Requested<Input, Id> {
  /** The subject of each input. Undefined where its id is made here, and for a decision about several subjects. */
  readonly ids: readonly (Id | undefined)[];
  /** As the schema gives them, without the member that was made here (`makes`). What a schema makes of that member elsewhere is the same in no retry. */
  readonly inputs: readonly Input[];
  /** Whether it was an array. */
  readonly many: boolean;
}

/** What was recorded for a request. */
export interface Recorded<Input, Id> {
  readonly commit: Commit;
  readonly ids: readonly Id[];
  readonly inputs: readonly Input[];
  /** Whether it was an array. */
  readonly many: boolean;
  /** As the header `Location` has it. */
  readonly location: string;
  /** A path of the runtime as a link of this application, under its prefix: `link('/orders/a')`. */
  readonly link: (path: string) => string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: of any context, input and id
export type AnyCommand = CommandDefinition<any, AnyInputSchema, any>;

/** The commands of a decider, given the schemas of their inputs by name. */
export type Commands<Context, Schemas, Id> = {
  readonly [Name in keyof Schemas]: CommandDefinition<Context, Schemas[Name], Id>;
};

/** @throws Error for a command that claims unique values and takes arrays, since an array claims none */
export function requireNoClaimsInArrays(
  where: string,
  { unique, http }: Pick<AnyCommand, 'unique' | 'http'>,
): void {
  if (unique !== undefined && http !== false && http?.many === true)
    throw new Error(`${where} claims unique values, so it takes no arrays (http.many)`);
}

export function eventsOf(decision: readonly NewEvent[] | NewEvent): readonly NewEvent[] {
  return Array.isArray(decision) ? (decision as readonly NewEvent[]) : [decision as NewEvent];
}

const names = new WeakMap<object, string>();

/** @param name as in `decider account: command deposit` */
export function nameCommand(command: object, name: string): void {
  names.set(command, name);
}

/** As it was named; a command that belongs to no decider has no name. */
export function nameOfCommand(command: object): string {
  return names.get(command) ?? 'a command';
}
