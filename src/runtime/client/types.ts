/** What a client knows at compile time of the server's deciders, projections and events. Nothing of them is imported when it runs. */
import type { InputOf } from '../command/input-schema.js';
import type { AnyContract, EventContract } from '../event-log/contracts/event-contract.js';

/** What a decider has that its commands are inferred from: `typeof order` is one. */
export interface ClientDecider {
  readonly commands: object;
  /** The schema of what creates a subject, where that is known. */
  readonly creates?: unknown;
  /** What `GET` shows of a subject, where that is known. */
  readonly shown?: object;
}

/** What a decision about several subjects has that its input is inferred from: `typeof transfer` is one. */
export interface ClientDecision {
  readonly command: { readonly input: unknown };
}

/** What a projection has that its view is inferred from: `typeof sum` is one. */
export interface ClientProjection {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: of any state
  view(state: any, key: any): object;
}

/** By the paths that they are served at, as in `{ deciders: { numbers: typeof numberDecider }, projections: { sum: typeof sum } }`. */
export interface ClientTypes {
  readonly deciders?: Readonly<Record<string, ClientDecider>>;
  readonly decisions?: Readonly<Record<string, ClientDecision>>;
  readonly projections?: Readonly<Record<string, ClientProjection>>;
  readonly entities?: Readonly<Record<string, ClientProjection>>;
  /** A union of contracts, or of the events themselves. */
  readonly events?: AnyContract | ClientEvent;
}

/** The member of the types, or of any server's where they do not have it. */
export type Part<
  Types extends ClientTypes,
  Name extends 'deciders' | 'decisions' | 'projections' | 'entities',
> = Name extends keyof Types ? NonNullable<Types[Name]> : NonNullable<ClientTypes[Name]>;

/** The names of a decider's commands; any where they are not known. */
export type CommandOf<Decider> = Decider extends { readonly commands: infer Commands }
  ? [keyof Commands] extends [never]
    ? string
    : keyof Commands & string
  : string;

/** What a command takes. */
export type CommandInput<Decider, Name> = Decider extends { readonly commands: infer Commands }
  ? Name extends keyof Commands
    ? Commands[Name] extends { readonly input: infer Schema }
      ? InputOf<Schema>
      : unknown
    : unknown
  : unknown;

/** What creates a subject: what the command takes, and the id where ids are texts. */
export type CreationInput<Decider, Name> = Decider extends { readonly creates: infer Schema }
  ? InputOf<Schema>
  : Decider extends { readonly ids: { readonly example: string } }
    ? WithId<CommandInput<Decider, Name>>
    : CommandInput<Decider, Name>;

/** An object without members is typed as one whose members cannot be. */
export type WithId<Input> =
  Input extends Readonly<Record<string, never>> ? { readonly id?: string } : Input & { readonly id?: string };

/** What a decision about several subjects takes. */
export type DecisionInput<Decision> = Decision extends { readonly command: { readonly input: infer Schema } }
  ? InputOf<Schema> extends never
    ? unknown
    : InputOf<Schema>
  : unknown;

/** What `get` of a decider shows beside the commands, where that is known. */
export type SubjectOf<Decider> = Decider extends { readonly shown: infer Shown } ? Shown : unknown;

/** Stands for the schema of an input in types that no schema is at hand for. */
export interface Takes<Input> {
  readonly '~standard': { readonly types?: { readonly input: Input } };
}

/** What a projection answers with, without the position. */
export type ViewOf<Projection> = Projection extends { view(...args: never[]): infer View } ? View : object;

/** An event as it is answered. */
export interface ClientEvent<Type extends string = string, Data = unknown> {
  readonly position: number;
  /** From 1, where an upcaster has made several of one. */
  readonly part?: number;
  readonly type: Type;
  readonly revision: number;
  readonly tags: readonly string[];
  readonly data: Data;
  readonly time: string;
  readonly commit: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The events of a union of contracts, told apart by their `type`. */
export type EventsOf<Types extends ClientTypes> = Types extends { readonly events: infer Contract }
  ? Contract extends EventContract<infer Type, infer Data>
    ? ClientEvent<Type, Data>
    : Extract<Contract, ClientEvent>
  : ClientEvent;
