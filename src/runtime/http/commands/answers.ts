/** How requests for commands and subjects are answered. */
import { position, type Commit, type Json, type Metadata } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { AnyCommand } from '../../command/commands.js';
import { allows, isInitial, type AnyDecider } from '../../command/decider.js';
import { execute, load } from '../../command/execute.js';
import { createAtPositions, executeMany, type ManyItem } from '../../command/execute-many.js';
import type { SubjectIds } from '../../command/subject-ids.js';
import { FORM_TYPE, readBody } from '../kernel/bodies.js';
import {
  JSON_UTF_8,
  queryOf,
  send,
  sendJson,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { commitOptions, type CommitOptions } from '../events/idempotency.js';
import { linkToCommit } from '../events/page-request.js';
import { acceptedBy, httpOf, readCommand, type CommandRequest } from './command-request.js';
import { noSuchSubject } from './no-such-subject.js';
import type { AnyDecision, NamedCommand, Route, ServedDecider } from './served.js';

type Answer = Route['answer'];

/** `POST /<path>`: a new subject, or several in one commit. */
export function answerCreation({ decider, path }: ServedDecider, named: NamedCommand): Answer {
  const { ids } = decider;
  const read = readerOf(named.command, ids.kind === 'text' ? ids : undefined);
  return async (served, request, response) => {
    const asked = await read(request);
    const options = optionsOf(request, decider.name, named, asked);
    const recorded =
      ids.kind === 'position'
        ? await createNumbered(served.log, decider, named.command, asked, options)
        : await createNamed(served.log, decider, named.command, asked, options);
    const { commit, ids: created } = recorded;
    const location = asked.many
      ? linkToCommit(served.links, commit.first, commit.last)
      : served.links.runtime(`/${path}/${encodeURIComponent(String(created[0]))}`);
    const standard = asked.many
      ? { first: commit.first, last: commit.last, ...(ids.kind === 'text' && { ids: created as string[] }) }
      : ids.kind === 'text'
        ? { [ids.parameter]: created[0] as string, position: commit.last }
        : { [ids.parameter]: commit.first };
    sendRecorded(response, { location, commit }, answerOf(named.command, asked, recorded) ?? standard);
  };
}

/** `POST /<path>/{id}/<command>`: one input, or several in one commit. */
export function answerCommand({ decider, path }: ServedDecider, named: NamedCommand): Answer {
  const accepted = acceptedBy(named.command);
  return async (served, request, response, text) => {
    refuseUnknownParameters(queryOf(request), []);
    const body = await readBody(request, accepted);
    const id: unknown = decider.ids.read(text);
    const asked = await readCommand(named.command, body, { isForm: isForm(request) });
    const { many, inputs } = asked;
    const ids = inputs.map(() => id);
    const options = optionsOf(request, decider.name, named, { many, inputs, ids });
    const commit = many
      ? await executeMany(served.log, decider, named.command, itemsOf(ids, inputs), options)
      : await execute(served.log, decider, id, named.command, inputs[0], options);
    const location = served.links.runtime(`/${path}/${encodeURIComponent(String(id))}`);
    const standard = asked.many
      ? { [decider.ids.parameter]: id as Json, first: commit.first, last: commit.last }
      : { [decider.ids.parameter]: id as Json, position: commit.last };
    const answer = answerOf(named.command, asked, { commit, ids: [id] });
    sendRecorded(response, { location, commit }, answer ?? standard);
  };
}

/** `POST /<decision>`: one commit about several subjects. */
export function answerDecision(decision: AnyDecision): Answer {
  const { name } = decision;
  const command: AnyCommand = decision.command as AnyCommand;
  const named = { name, command, path: name };
  const read = readerOf(command, undefined);
  return async ({ log, links }, request, response) => {
    const asked = await read(request);
    const { inputs } = asked;
    const options = optionsOf(request, name, named, asked);
    const commit = asked.many
      ? await executeMany(log, decision, command, itemsOf(inputs, inputs), options)
      : await execute(log, decision, inputs[0], command, inputs[0], options);
    const location = linkToCommit(links, commit.first, commit.last);
    const standard = { first: commit.first, last: commit.last };
    sendRecorded(response, { location, commit }, answerOf(command, asked, { commit, ids: [] }) ?? standard);
  };
}

/** `GET /<path>/{id}`: folded from the log up to its head, with the commands that are possible now. */
export function answerSubject({ decider, path, commands }: ServedDecider): Answer {
  const { ids, http } = decider;
  const view = http === false ? undefined : http.view;
  return async ({ log, links }, request, response, text) => {
    refuseUnknownParameters(queryOf(request), []);
    const id: unknown = ids.read(text);
    const { state, after } = await load(log, decider, id);
    if (isInitial(decider.fold, state)) throw noSuchSubject(decider, state, id);
    const href = `/${path}/${encodeURIComponent(String(id))}`;
    const possible = commands
      .filter(({ command }) => allows(decider, state, command))
      .map(({ name, path: at }) => [name, { method: 'POST', href: links.runtime(`${href}/${at}`) }] as const);
    const own = { [ids.parameter]: id, state: state.value };
    // First in the answer, and not replaced by members of the context that have these names.
    const shown = view?.(state, id) ?? { ...own, ...(asJson(state.context) as object), ...own };
    const headers = { 'leftfold-position': String(after), 'cache-control': 'no-cache' };
    sendJson(response, 200, headers, { ...shown, commands: Object.fromEntries(possible) });
  };
}

/** @param ids where the body may name the subject */
function readerOf(
  command: AnyCommand,
  ids: SubjectIds<unknown> | undefined,
): (request: HttpRequest) => Promise<CommandRequest> {
  const accepted = acceptedBy(command);
  return async (request) => {
    refuseUnknownParameters(queryOf(request), []);
    const body = await readBody(request, accepted);
    return readCommand(command, body, { isForm: isForm(request), ...(ids && { ids }) });
  };
}

function isForm({ headers }: HttpRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith(FORM_TYPE) === true;
}

interface Created {
  readonly commit: Commit;
  readonly ids: readonly unknown[];
}

async function createNumbered(
  log: EventLog,
  decider: AnyDecider,
  command: AnyCommand,
  { inputs }: CommandRequest,
  options: CommitOptions,
): Promise<Created> {
  const commit = await createAtPositions(log, decider, command, inputs, options);
  return { commit, ids: inputs.map((_, index) => position(commit.first + index)) };
}

/** The member of a commit's metadata with the ids that were made here, for a retry under the same key. */
const CREATED = 'created';

async function createNamed(
  log: EventLog,
  decider: AnyDecider,
  command: AnyCommand,
  { ids: chosen, inputs }: CommandRequest,
  options: CommitOptions,
): Promise<Created> {
  const ids = chosen.map((id) => id ?? (decider.ids.make?.() as unknown));
  const isMade = chosen.includes(undefined);
  const metadata: Metadata = { ...options.metadata, ...(isMade && { [CREATED]: ids as string[] }) };
  const all = { ...options, ...(Object.keys(metadata).length > 0 && { metadata }) };
  const commit =
    ids.length === 1
      ? await execute(log, decider, ids[0], command, inputs[0], all)
      : await executeMany(log, decider, command, itemsOf(ids, inputs), all);
  return { commit, ids: commit.repeated && isMade ? await createdIn(log, commit, ids) : ids };
}

async function createdIn(
  log: EventLog,
  { first, last }: Commit,
  ids: readonly unknown[],
): Promise<readonly unknown[]> {
  for await (const [recorded] of log.commits({ after: position(first - 1), through: last })) {
    const created = recorded?.metadata[CREATED];
    if (Array.isArray(created)) return created as readonly unknown[];
  }
  return ids;
}

function itemsOf(ids: readonly unknown[], inputs: readonly unknown[]): readonly ManyItem<unknown, unknown>[] {
  return ids.map((id, index) => ({ id, input: inputs[index] }));
}

/** Inputs as JSON, so that a big integer, or a date that a schema has made, has a digest as well. */
function optionsOf(
  request: HttpRequest,
  owner: string,
  { name, command }: NamedCommand,
  { many, inputs, ids }: CommandRequest,
): CommitOptions {
  const { fingerprint } = httpOf(command);
  return commitOptions(
    request,
    request.headers['idempotency-key'] === undefined
      ? undefined
      : (fingerprint?.({ ids, inputs, many }) ?? {
          command: `${owner}.${name}`,
          ids: ids.map((id) => asJson(id) ?? null),
          inputs: asJson(inputs),
          many,
        }),
  );
}

function answerOf(
  command: AnyCommand,
  { many, inputs }: CommandRequest,
  { commit, ids }: Created,
): Json | undefined {
  return httpOf(command).answer?.({ commit, ids, inputs, many });
}

function sendRecorded(
  response: HttpResponse,
  { location, commit }: { readonly location: string; readonly commit: Commit },
  body: Json,
): void {
  const headers: Headers = {
    location,
    'leftfold-position': String(commit.last),
    'content-type': JSON_UTF_8,
  };
  send(response, 201, headers, JSON.stringify(body));
}

function asJson(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
  return JSON.parse(text) as Json;
}
