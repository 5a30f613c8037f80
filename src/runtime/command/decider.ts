/** The write side: (state of what the command is about, command) → events or a refusal. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { matches, type QueriedEvent } from '../event-log/query.js';
import { NO_TAGS, type NewEvent, type RecordedEvent, type Tag } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';
import type { Fold, FoldState } from '../fold/fold-state.js';
import { foldOf, type ContextOf, type Machine } from '../fold/fold.js';
import { allowsAny, forbids, mayAccept } from './chart.js';
import { nameCommand, requireNoClaimsInArrays, type AnyCommand, type Commands } from './commands.js';
import { foldSubject, isContract, type DecisionModel, type Records, type Subject } from './decision-model.js';
import { jsonSchemaOf, type AnyInputSchema } from './input-schema.js';
import { MAX_RECENT_BYTES, RecentStatesOfLogs, bytesOf } from './recent-states.js';
import { TEXT_IDS, type SubjectIds } from './subject-ids.js';

export type { Command } from './commands.js';

/** How the subjects of a decider are served. */
export interface DeciderHttp<Id, Context> {
  /** `POST /<path>`, `GET /<path>/{id}`, `POST /<path>/{id}/<command>`. Default: the decider's name. */
  readonly path?: string;
  /** What `GET` shows beside the commands. Default: `id`, `state`, and the members of the context with other names. */
  readonly view?: (state: FoldState<Context>, id: Id) => object;
  /** Describes `view` in the documentation. */
  readonly viewSchema?: AnyInputSchema;
}

/** The commands of a decider that has none of its own. */
export type NoCommands = Readonly<Record<string, never>>;

export interface Decider<Id, Context, Schemas = NoCommands> {
  readonly name: string;
  readonly machine: Machine;
  readonly fold: Fold<Context>;
  readonly consumes: readonly AnyContract[];
  readonly subject: (id: Id) => Subject;
  readonly commands: Commands<Context, Schemas, Id>;
  readonly ids: SubjectIds<Id>;
  readonly http: DeciderHttp<Id, Context> | false;
  /** Why the event may not be recorded in this state, which has no transition for it. */
  readonly refusal: (state: FoldState<Context>, id: Id, records: AnyContract) => Problem;
  /** What each of its commands may be refused with, as examples for the documentation. */
  readonly problems: readonly Problem[];
  /**
   * What a decision about this subject depends on.
   *
   * @param mustAllow the event that the subject must allow, where a command records several events about several
   *   subjects. Default: the one that the command names
   */
  readonly decisionModel: (id: Id, mustAllow?: AnyContract) => DecisionModel<Context>;
}

export interface DeciderDefinition<Deciding extends Machine, Id, Schemas> {
  /** Lower case, as in a URL. */
  readonly name: string;
  readonly machine: Deciding;
  readonly consumes: readonly AnyContract[];
  /** The events about one subject: those with all of these tags, or what a query says. */
  readonly subject: (id: Id) => Subject | readonly Tag[];
  readonly commands?: Commands<ContextOf<Deciding>, Schemas, Id>;
  /** How subjects are named. Default: by a text. */
  readonly ids?: SubjectIds<Id>;
  /**
   * Why the state, or a guard, does not allow an event. Its `type` is for programs, so it should stay the same. Default: `<name>-not-found` in the
   * initial state, otherwise `<name>-not-ready`.
   */
  readonly refusal?: (state: FoldState<ContextOf<Deciding>>, id: Id, records: AnyContract) => Problem;
  /**
   * One of each kind that `refusal` gives for any command, as an example for the documentation. What it gives in the initial state is added to
   * where it belongs. Default: `<name>-not-ready` if there is no `refusal`, otherwise none.
   */
  readonly problems?: readonly Problem[];
  /** How it is served where `forFeature` has `http: true`; false: not at all. */
  readonly http?: DeciderHttp<Id, ContextOf<Deciding>> | false;
  /** What recent states may take in memory, in bytes, as estimated; 0 keeps none. Default: 16 MiB. */
  readonly recentStateBytes?: number;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: of any ids and states
export type AnyDecider = Decider<any, any, any>;

/** @throws Error at start-up when the machine is not pure (by name of the state), or a command's input is no JSON */
export function defineDecider<
  Deciding extends Machine,
  Id,
  Schemas extends { readonly [Name in keyof Schemas]: AnyInputSchema } = NoCommands,
>(definition: DeciderDefinition<Deciding, Id, Schemas>): Decider<Id, ContextOf<Deciding>, Schemas> {
  type Context = ContextOf<Deciding>;
  const { machine, name, consumes, http = {}, recentStateBytes = MAX_RECENT_BYTES } = definition;
  const fold = foldOf<Context>(machine);
  requireName(name);
  const commands = (definition.commands ?? {}) as Commands<Context, Schemas, Id>;
  requireCommands(name, commands, consumes);
  const refusal = definition.refusal ?? ((state, id) => standardRefusal(name, fold, state, id));
  const recent = new RecentStatesOfLogs<Context>(recentStateBytes);
  const subject = (id: Id): Subject => {
    const given = definition.subject(id);
    return isTags(given) ? { query: [{ tags: given }] } : given;
  };
  return {
    name,
    machine,
    fold,
    consumes,
    subject,
    commands,
    ids: definition.ids ?? (TEXT_IDS as unknown as SubjectIds<Id>),
    http,
    refusal,
    problems:
      definition.problems ?? (definition.refusal === undefined ? [notReady(name, 'a', 'closed')] : []),
    decisionModel: (id, mustAllow) =>
      modelOf(
        {
          name,
          fold,
          consumes,
          recent,
          subject: subject(id),
          refusal: (state, records) => refusal(state, id, records),
        },
        mustAllow,
      ),
  };
}

/** Whether the state's machine may allow the command now; a guard that looks at the input decides later. */
export function allows<Context>(
  decider: { readonly fold: Fold<Context> },
  state: FoldState<Context>,
  command: { readonly records: Records },
): boolean {
  return !isContract(command.records) || mayAccept(decider.fold, state, command.records.type);
}

/** Whether nothing that was recorded about the subject has changed its state. */
export function isInitial<Context>({ initial }: Fold<Context>, state: FoldState<Context>): boolean {
  return state.context === initial.context && JSON.stringify(state.value) === JSON.stringify(initial.value);
}

interface SubjectModel<Context> {
  /** Of the decider. */
  readonly name: string;
  readonly fold: Fold<Context>;
  readonly consumes: readonly AnyContract[];
  readonly recent: RecentStatesOfLogs<Context>;
  readonly subject: Subject;
  readonly refusal: (state: FoldState<Context>, records: AnyContract) => Problem;
}

function modelOf<Context>(
  { name, fold, consumes, recent, subject, refusal }: SubjectModel<Context>,
  mustAllow: AnyContract | undefined,
): DecisionModel<Context> {
  const { query, origin, onlyNewest = false } = subject;
  const key = JSON.stringify([query, origin]);
  const contracts = new Map(consumes.map((contract) => [contract.type, contract]));
  const isAbout = (event: RecordedEvent): boolean => event.position === origin || matches(query, event);
  const apply: DecisionModel<Context>['apply'] = (from, events) => {
    let state = from;
    for (const event of events) {
      const contract = contracts.get(event.type);
      if (contract === undefined || !isAbout(event)) continue;
      if (forbids(fold, state, event)) return { refusal: refusal(state, contract) };
      state = fold.step(onlyNewest ? fold.initial : state, event);
    }
    return { state };
  };
  return {
    query,
    apply,
    load: async (log, through) => {
      const states = onlyNewest ? undefined : recent.of(log);
      const known = states?.get(key);
      const usable = known !== undefined && known.through <= through ? known : undefined;
      if (usable?.through === through) return usable.state;
      const { state, bytes } = await foldSubject(log, fold, consumes, subject, name, through, usable);
      // If the log was found to have another past meanwhile, these are no longer those of the log.
      states?.set(key, state, through, bytes);
      return state;
    },
    allowsAll: (state, events) => {
      const about = events.filter((event) => contracts.has(event.type) && matches(query, asContent(event)));
      // What the second of two meets is made by the first.
      return about.length < 2 && about.every(({ type }) => allowsAny(fold, state, type));
    },
    unrelated: (records, events) => {
      const named = mustAllow ?? (isContract(records) ? records : undefined);
      const folded = events.filter(({ type }) => contracts.has(type));
      const those = folded.filter(({ type }) => type === named?.type);
      const [first, ...others] = those.length > 0 ? those : folded;
      if (first === undefined || [first, ...others].some((event) => matches(query, asContent(event))))
        return undefined;
      const missing = query
        .map(({ tags = [] }) => tags.filter((each) => first.tags?.includes(each) !== true).join(' and '))
        .find((tags) => tags !== '');
      return missing === undefined ? first.type : `${first.type} without the tag ${missing}`;
    },
    refusal: (state, records) => {
      const named = mustAllow ?? (isContract(records) ? records : undefined);
      return named === undefined || mayAccept(fold, state, named.type) ? undefined : refusal(state, named);
    },
    keep: (log, state, events, through) => {
      if (onlyNewest) return;
      const states = recent.of(log);
      try {
        const bytes = events.reduce((sum, { data }) => sum + bytesOf(data), 0);
        const applied = apply(state, events);
        if ('state' in applied) states.set(key, applied.state, through, bytes);
        else states.delete(key);
      } catch {
        // They are recorded, so the command has succeeded.
        states.delete(key);
      }
    },
  };
}

/** As a query sees an event that is not recorded yet. */
function asContent({ type, tags = NO_TAGS }: NewEvent): QueriedEvent {
  return { type, tags, revision: 1 };
}

function standardRefusal<Context>(
  name: string,
  fold: Fold<Context>,
  state: FoldState<Context>,
  id: unknown,
): Problem {
  if (isInitial(fold, state))
    return new Problem(
      'not-found',
      `${name}-not-found`,
      `There is no such ${name}`,
      `There is no ${name} ${String(id)}.`,
    );
  return notReady(name, id, JSON.stringify(state.value).replaceAll('"', ''));
}

function notReady(name: string, id: unknown, state: string): Problem {
  return new Problem(
    'conflict',
    `${name}-not-ready`,
    `The ${name} does not allow it`,
    `The ${name} ${String(id)} is ${state}, which does not allow it.`,
  );
}

function requireName(name: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`decider ${name}: a name is lower case letters, digits and dashes, as in order`);
}

/** The commands that say that they create a subject; where none does, those that are possible at first and do not say otherwise. */
export function creatingCommands({ fold, commands }: AnyDecider): readonly string[] {
  const all = Object.entries(commands) as readonly (readonly [string, AnyCommand])[];
  const said = all.filter(([, { creates }]) => creates === true);
  const possible = all.filter(
    ([, command]) => command.creates !== false && allows({ fold }, fold.initial, command),
  );
  return (said.length > 0 ? said : possible).map(([name]) => name);
}

/** The command that creates a subject. @throws Error when there are several and none says that it does */
export function creatingCommand(decider: AnyDecider): string | undefined {
  const creating = creatingCommands(decider);
  const [first, second] = creating;
  if (first === undefined || second === undefined) return first;
  const where = `decider ${decider.name}: ${creating.join(', ')}`;
  const { creates } = (decider.commands as Readonly<Record<string, AnyCommand>>)[first] ?? {};
  throw new Error(
    creates === true
      ? `${where} say creates: true; only one of them can`
      : `${where} are possible at first; say of one of them creates: true`,
  );
}

function requireCommands(name: string, commands: object, consumes: readonly AnyContract[]): void {
  for (const [command, definition] of Object.entries(commands) as readonly [string, AnyCommand][]) {
    const where = `decider ${name}: command ${command}`;
    nameCommand(definition, where);
    try {
      jsonSchemaOf(definition.input);
    } catch (error) {
      throw new Error(`${where}: its input must describe JSON: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const { records } = definition;
    requireNoClaimsInArrays(where, definition);
    if (isContract(records) && !consumes.includes(records))
      throw new Error(`${where} records ${records.type}, which the decider does not consume`);
  }
}

function isTags(given: Subject | readonly Tag[]): given is readonly Tag[] {
  return Array.isArray(given);
}
