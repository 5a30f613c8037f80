/** What a command that has recorded its events is answered with, and how a retry is answered as the first request was. */
import { position, type Commit, type Json } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { AnyCommand } from '../../command/commands.js';
import { allows } from '../../command/decider.js';
import type { FoldState } from '../../fold/fold-state.js';
import { JSON_UTF_8, send, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import type { Links } from '../kernel/links.js';
import { commitOptions, type CommitOptions } from '../events/idempotency.js';
import { filledPath } from './command-path.js';
import { httpOf, type CommandRequest } from './command-request.js';
import type { NamedCommand, Served, ServedDecider } from './served.js';

/** The members of a commit's metadata with what was made here, for a retry under the same key: ids of subjects, and members of inputs (`makes`). */
export const CREATED = 'created';
const MADE = 'made';

/** Inputs as JSON, so that a big integer, or a date that a schema has made, has a digest as well. */
export function optionsOf(
  request: HttpRequest,
  owner: string,
  { name, command }: NamedCommand,
  { many, inputs: given, ids, made }: CommandRequest,
): CommitOptions {
  const { fingerprint, makes } = httpOf(command);
  if (request.headers['idempotency-key'] === undefined) return commitOptions(request, undefined);
  const inputs = given.map((input, at) => without(input, made[at] && makes));
  const asked = fingerprint?.({ ids, inputs, many }) ?? {
    command: `${owner}.${name}`,
    ids: ids.map((id) => asJson(id) ?? null),
    inputs: asJson(inputs),
    many,
  };
  const options = commitOptions(request, asked);
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

/**
 * Returns a promise only where the log is asked.
 *
 * @param of the decider that the command belongs to; undefined for a decision about several subjects
 */
export function answerRecorded(
  served: Pick<Served, 'log' | 'links'>,
  response: HttpResponse,
  { command }: NamedCommand,
  asked: CommandRequest,
  recorded: RecordedCommand,
  standard: Standard,
  of?: ServedDecider,
): void | Promise<void> {
  const { makes, shows } = httpOf(command);
  if (makes === undefined && (shows !== true || of === undefined)) {
    answerWith(served, response, command, asked, recorded, standard, of);
    return;
  }
  return answerFromLog(served, response, command, asked, recorded, standard, of);
}

async function answerFromLog(
  served: Pick<Served, 'log' | 'links'>,
  response: HttpResponse,
  command: AnyCommand,
  asked: CommandRequest,
  recorded: RecordedCommand,
  standard: Standard,
  of: ServedDecider | undefined,
): Promise<void> {
  const { log, links } = served;
  const { makes, shows } = httpOf(command);
  const { commit, ids } = recorded;
  const inputs = makes === undefined ? asked.inputs : await firstMade(log, commit, asked, makes);
  const shown =
    of !== undefined && shows === true
      ? showSubject(links, of, await of.decider.decisionModel(ids[0]).load(log, commit.last), ids[0])
      : undefined;
  answerWith(served, response, command, { ...asked, inputs }, recorded, standard, of, shown);
}

function answerWith(
  { links }: Pick<Served, 'links'>,
  response: HttpResponse,
  command: AnyCommand,
  { many, inputs }: CommandRequest,
  { commit, ids }: RecordedCommand,
  standard: Standard,
  of: ServedDecider | undefined,
  shown?: object,
): void {
  const { answer, location: path, status = 201 } = httpOf(command);
  const link = (to: string): string => links.runtime(to);
  const location =
    path === undefined || many
      ? standard.location
      : link(
          `/${filledPath(path, { ...(inputs[0] as object), ...(of && { [of.decider.ids.parameter]: ids[0] }) })}`,
        );
  const position = String(commit.last);
  if (status === 204) {
    send(response, status, { location, 'leftfold-position': position }, undefined);
    return;
  }
  const body = shown ?? answer?.({ commit, ids, inputs, many, location, link }) ?? standard.body;
  const headers = { location, 'leftfold-position': position, 'content-type': JSON_UTF_8 };
  send(response, status, headers, JSON.stringify(body));
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

/** The inputs with what was made for them at first. */
async function firstMade(
  log: EventLog,
  commit: Commit,
  { inputs, made }: CommandRequest,
  makes: string,
): Promise<readonly unknown[]> {
  if (!commit.repeated || made.every((each) => each === undefined)) return inputs;
  const first = await metadataOf(log, commit, MADE);
  return inputs.map((input, at) =>
    typeof first?.[at] === 'string' ? { ...(input as object), [makes]: first[at] } : input,
  );
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
