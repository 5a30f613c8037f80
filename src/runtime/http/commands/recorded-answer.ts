/** What a command that has recorded its events is answered with, and how a retry is answered as the first request was. */
import { position, type Commit, type Json } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { AnyCommand } from '../../command/commands.js';
import { allows } from '../../command/decider.js';
import { EventCannotBeFolded } from '../../command/event-cannot-be-folded.js';
import { validate } from '../../command/input-schema.js';
import type { FoldState } from '../../fold/fold-state.js';
import { JSON_UTF_8, send, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import type { Links } from '../kernel/links.js';
import { commitOptions, type CommitOptions } from '../events/idempotency.js';
import { filledPath } from './command-path.js';
import { httpOf, withMade, type CommandRequest } from './command-request.js';
import type { NamedCommand, Served, ServedDecider } from './served.js';

/** The members of a commit's metadata with what was made here, for a retry under the same key: ids of subjects, and members of inputs (`makes`). */
export const CREATED = 'created';
const MADE = 'made';

/**
 * A request is known again by what was sent, so that a retry is one whatever the schema makes of it: an id of today, a date of now. Before, it was known
 * by what the schema had made of it; such a commit is found as well.
 */
export function optionsOf(
  request: HttpRequest,
  owner: string,
  { name, command }: NamedCommand,
  { many, inputs: parsed, unparsed, ids, made }: CommandRequest,
): CommitOptions {
  const { fingerprint, makes } = httpOf(command);
  if (request.headers['idempotency-key'] === undefined) return commitOptions(request, undefined);
  const inputs = parsed.map((input, at) => without(input, made[at] && makes));
  // As JSON, so that a big integer, or a date, has a digest as well.
  const contentOf = (of: readonly unknown[]): Json => ({
    command: `${owner}.${name}`,
    ids: ids.map((id) => asJson(id) ?? null),
    inputs: asJson(of) ?? null,
    many,
  });
  const options =
    fingerprint === undefined
      ? commitOptions(request, contentOf(unparsed), unparsed === parsed ? undefined : contentOf(inputs))
      : commitOptions(request, fingerprint({ ids, inputs, many }));
  if (!made.some((each) => each !== undefined)) return options;
  return { ...options, metadata: { ...options.metadata, [MADE]: made.map((each) => each ?? null) } };
}

/** Where the result is found, and what is answered where the command does not say it. */
export interface Standard {
  readonly location: string;
  readonly body: Json;
}

export interface RecordedCommand {
  readonly commit: Commit;
  readonly ids: readonly unknown[];
}

/** A command that has recorded its events, and how it is to be answered. */
export interface Outcome {
  readonly command: AnyCommand;
  readonly request: CommandRequest;
  readonly recorded: RecordedCommand;
  readonly standard: Standard;
  /** Undefined for a decision about several subjects. */
  readonly decider: ServedDecider | undefined;
}

/** Returns a promise only where the log is asked. */
export function answerRecorded(
  served: Pick<Served, 'log' | 'links'>,
  response: HttpResponse,
  outcome: Outcome,
): void | Promise<void> {
  const { makes, shows } = httpOf(outcome.command);
  if (makes === undefined && (shows !== true || outcome.decider === undefined)) {
    answerWith(served, response, outcome);
    return;
  }
  return answerFromLog(served, response, outcome);
}

async function answerFromLog(
  served: Pick<Served, 'log' | 'links'>,
  response: HttpResponse,
  outcome: Outcome,
): Promise<void> {
  const { log, links } = served;
  const { command, recorded, decider } = outcome;
  const { makes, shows } = httpOf(command);
  const request = makes === undefined ? outcome.request : await firstMade(log, makes, outcome);
  const shown =
    decider !== undefined && shows === true
      ? showSubject(links, decider, await stateAfter(log, decider, recorded), recorded.ids[0])
      : undefined;
  answerWith(served, response, { ...outcome, request }, shown);
}

/** @throws EventCannotBeFolded that says that the command was recorded */
async function stateAfter(
  log: EventLog,
  { decider }: ServedDecider,
  { commit, ids: [id] }: RecordedCommand,
): Promise<FoldState> {
  try {
    return await decider.decisionModel(id).load(log, commit.last);
  } catch (error) {
    throw error instanceof EventCannotBeFolded ? error.afterRecording(commit.last) : error;
  }
}

function answerWith(
  { links }: Pick<Served, 'links'>,
  response: HttpResponse,
  outcome: Outcome,
  shown?: object,
): void {
  const { command, request, recorded } = outcome;
  const { commit, ids } = recorded;
  const { many, inputs } = request;
  const { answer, status = 201 } = httpOf(command);
  const link = (to: string): string => links.runtime(to);
  const location = locationOf(outcome, link);
  const position = String(commit.last);
  if (status === 204) {
    send(response, status, { location, 'leftfold-position': position }, undefined);
    return;
  }
  const body = shown ?? answer?.({ commit, ids, inputs, many, location, link }) ?? outcome.standard.body;
  const headers = { location, 'leftfold-position': position, 'content-type': JSON_UTF_8 };
  send(response, status, headers, JSON.stringify(body));
}

/** The standard one also where a member of the path has no value that can be a part of a URL. */
function locationOf(
  { command, request, recorded, standard, decider }: Outcome,
  link: (path: string) => string,
): string {
  const { location } = httpOf(command);
  if (location === undefined || request.many) return standard.location;
  const [input] = request.inputs;
  const [unparsed] = request.unparsed;
  const subject = decider && { [decider.decider.ids.parameter]: recorded.ids[0] };
  // What the schema makes of a member counts, unless it makes something else than a member of that name.
  const path = filledPath(location, [
    { ...subject },
    input as object,
    withMade(command, unparsed, request.made[0]) as object,
  ]);
  return path === undefined ? standard.location : link(`/${path}`);
}

/** What is shown of a subject, with the commands that are possible in its state. */
export function showSubject(
  links: Links,
  { decider, path, commands }: ServedDecider,
  state: FoldState,
  id: unknown,
): object {
  const { ids, http } = decider;
  const view = http === false ? undefined : http.view;
  const href = `/${path}/${encodeURIComponent(String(id))}`;
  const possible = commands
    .filter(({ command }) => allows(decider, state, command))
    .map(({ name, path: at }) => {
      const isTemplated = at.includes('{');
      const target = { method: 'POST', href: links.runtime(`${href}/${at}`) };
      return [name, isTemplated ? { ...target, templated: true } : target] as const;
    });
  const own = { [ids.parameter]: id, state: state.value };
  // First in the answer, and not replaced by members of the context that have these names.
  const shown = view?.(state, id) ?? { ...own, ...(asJson(state.context) as object), ...own };
  return { ...shown, commands: Object.fromEntries(possible) };
}

/** The ids of a repeated commit's subjects. */
export async function firstCreated(
  log: EventLog,
  commit: Commit,
  ids: readonly unknown[],
): Promise<readonly unknown[]> {
  return (await metadataOf(log, commit, CREATED)) ?? ids;
}

/** The request with what was made for it at first. */
async function firstMade(
  log: EventLog,
  makes: string,
  { command, request, recorded: { commit } }: Outcome,
): Promise<CommandRequest> {
  const { inputs, unparsed, made } = request;
  if (!commit.repeated || made.every((each) => each === undefined)) return request;
  const known = await metadataOf(log, commit, MADE);
  const first = made.map((each, at) => (typeof known?.[at] === 'string' ? known[at] : each));
  const parsed = await Promise.all(
    first.map(async (each, at): Promise<unknown> => {
      const result = await validate(command.input, withMade(command, unparsed[at], each));
      // The schema may have become stricter since.
      return 'value' in result ? result.value : { ...(inputs[at] as object), [makes]: each };
    }),
  );
  return { ...request, inputs: parsed, made: first };
}

async function metadataOf(
  log: EventLog,
  { first, last }: Commit,
  member: string,
): Promise<readonly unknown[] | undefined> {
  for await (const [recorded] of log.commits({ after: position(first - 1), through: last })) {
    const known = recorded?.metadata[member];
    if (Array.isArray(known)) return known as readonly unknown[];
  }
  return undefined;
}

function without(input: unknown, member: string | undefined): unknown {
  if (member === undefined || member === '') return input;
  return Object.fromEntries(Object.entries(input as object).filter(([name]) => name !== member));
}

function asJson(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
  return JSON.parse(text) as Json;
}
