/** How requests for commands and subjects are answered. */
import { position, type Json, type Metadata } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { AnyCommand } from '../../command/commands.js';
import { isInitial, type AnyDecider } from '../../command/decider.js';
import { execute, load } from '../../command/execute.js';
import { createAtPositions, executeMany, type ManyItem } from '../../command/execute-many.js';
import type { SubjectIds } from '../../command/subject-ids.js';
import { FORM_TYPE, JSON_TYPE, readBody } from '../kernel/bodies.js';
import { negotiate } from '../kernel/headers.js';
import { queryOf, sendJson, type HttpRequest } from '../kernel/exchange.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import type { CommitOptions } from '../events/idempotency.js';
import { linkToCommit } from '../events/page-request.js';
import { parametersIn } from './command-path.js';
import { acceptedBy, httpOf, readCommand, type CommandRequest } from './command-request.js';
import { noSuchSubject } from './no-such-subject.js';
import {
  CREATED,
  answerRecorded,
  firstCreated,
  optionsOf,
  showSubject,
  type RecordedCommand,
} from './recorded-answer.js';
import type { AnyDecision, NamedCommand, Parameters, Route, ServedDecider } from './served.js';

type Answer = Route['answer'];

/** `POST /<path>`: a new subject, or several in one commit. */
export function answerCreation(served: ServedDecider, named: NamedCommand): Answer {
  const { decider, path } = served;
  const { ids } = decider;
  const readRequest = readerOf(named.command, { ...(ids.kind === 'text' && { ids }) });
  return async ({ log, links }, request, response) => {
    const read = await readRequest(request, {});
    const options = optionsOf(request, decider.name, named, read);
    const recorded =
      ids.kind === 'position'
        ? await createNumbered(log, decider, named.command, read, options)
        : await createNamed(log, decider, named.command, read, options);
    const { commit, ids: created } = recorded;
    const location = read.many
      ? linkToCommit(links, commit.first, commit.last)
      : links.runtime(`/${path}/${encodeURIComponent(String(created[0]))}`);
    const body = read.many
      ? { first: commit.first, last: commit.last, ...(ids.kind === 'text' && { ids: created as string[] }) }
      : ids.kind === 'text'
        ? { [ids.parameter]: created[0] as string, position: commit.last }
        : { [ids.parameter]: commit.first };
    return answerRecorded({ log, links }, response, {
      command: named.command,
      request: read,
      recorded,
      standard: { location, body },
      decider: served,
    });
  };
}

/** `POST /<path>/{id}/<command>`: one input, or several in one commit. */
export function answerCommand(served: ServedDecider, named: NamedCommand): Answer {
  const { decider, path } = served;
  const { parameter } = decider.ids;
  const readRequest = readerOf(named.command, { path: named.path });
  return async ({ log, links }, request, response, parameters) => {
    const { [parameter]: text = '' } = parameters;
    const { id, ...read } = await readRequest(request, parameters, () => decider.ids.read(text) as unknown);
    const { many, inputs } = read;
    const command = { ...read, ids: inputs.map(() => id) };
    const options = optionsOf(request, decider.name, named, command);
    const commit = many
      ? await executeMany(log, decider, named.command, itemsOf(command.ids, inputs), options)
      : await execute(log, decider, id, named.command, inputs[0], options);
    const location = links.runtime(`/${path}/${encodeURIComponent(String(id))}`);
    const body = many
      ? { [parameter]: id as Json, first: commit.first, last: commit.last }
      : { [parameter]: id as Json, position: commit.last };
    return answerRecorded({ log, links }, response, {
      command: named.command,
      request: command,
      recorded: { commit, ids: [id] },
      standard: { location, body },
      decider: served,
    });
  };
}

/** `POST /<decision>`: one commit about several subjects. */
export function answerDecision(decision: AnyDecision): Answer {
  const { name } = decision;
  const command: AnyCommand = decision.command as AnyCommand;
  const { path = name } = httpOf(command);
  const named = { name, command, path };
  const readRequest = readerOf(command, { path });
  return async ({ log, links }, request, response, parameters) => {
    const read = await readRequest(request, parameters);
    const { inputs } = read;
    const options = optionsOf(request, name, named, read);
    const commit = read.many
      ? await executeMany(log, decision, command, itemsOf(inputs, inputs), options)
      : await execute(log, decision, inputs[0], command, inputs[0], options);
    const location = linkToCommit(links, commit.first, commit.last);
    const body = { first: commit.first, last: commit.last };
    return answerRecorded({ log, links }, response, {
      command,
      request: read,
      recorded: { commit, ids: [] },
      standard: { location, body },
      decider: undefined,
    });
  };
}

/** `GET /<path>/{id}`: folded from the log up to its head, with the commands that are possible now. */
export function answerSubject(served: ServedDecider): Answer {
  const { decider } = served;
  const { ids } = decider;
  return async ({ log, links }, request, response, { [ids.parameter]: text = '' }) => {
    refuseUnknownParameters(queryOf(request), []);
    negotiate(request.headers.accept, [JSON_TYPE]);
    const id: unknown = ids.read(text);
    const { state, after } = await load(log, decider, id);
    if (isInitial(decider.fold, state)) throw noSuchSubject(decider, state, id);
    const headers = { 'leftfold-position': String(after), 'cache-control': 'no-cache' };
    sendJson(response, 200, headers, showSubject(links, served, state, id));
  };
}

interface Read {
  /** Given where the body may name the subject. */
  readonly ids?: SubjectIds<unknown>;
  /** Names members of the input in braces. */
  readonly path?: string;
}

/** Reads the body first, then the id of the URL if there is one, then the input. */
function readerOf(
  command: AnyCommand,
  { ids, path = '' }: Read,
): (
  request: HttpRequest,
  parameters: Parameters,
  id?: () => unknown,
) => Promise<CommandRequest & { readonly id?: unknown }> {
  const accepted = acceptedBy(command);
  const names = parametersIn(path);
  const hasBody = httpOf(command).status !== 204;
  // Made once: what a request need not make is 10 % of its time.
  const asJson = { isForm: false, ...(ids && { ids }) };
  const asForm = { ...asJson, isForm: true };
  return async (request, parameters, readId) => {
    refuseUnknownParameters(queryOf(request), []);
    if (hasBody) negotiate(request.headers.accept, [JSON_TYPE]);
    const body = await readBody(request, accepted);
    const options = isForm(request) ? asForm : asJson;
    if (readId === undefined && names.length === 0) return readCommand(command, body, options);
    const id = readId?.();
    const urlMembers = Object.fromEntries(names.map((name) => [name, parameters[name] ?? '']));
    return { ...(await readCommand(command, body, { ...options, urlMembers })), id };
  };
}

function isForm({ headers }: HttpRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith(FORM_TYPE) === true;
}

async function createNumbered(
  log: EventLog,
  decider: AnyDecider,
  command: AnyCommand,
  { inputs }: CommandRequest,
  options: CommitOptions,
): Promise<RecordedCommand> {
  const commit = await createAtPositions(log, decider, command, inputs, options);
  return { commit, ids: inputs.map((_, index) => position(commit.first + index)) };
}

async function createNamed(
  log: EventLog,
  decider: AnyDecider,
  command: AnyCommand,
  { ids: chosen, inputs }: CommandRequest,
  options: CommitOptions,
): Promise<RecordedCommand> {
  const ids = chosen.map((id) => id ?? (decider.ids.make?.() as unknown));
  const isMade = chosen.includes(undefined);
  const metadata: Metadata = { ...options.metadata, ...(isMade && { [CREATED]: ids as string[] }) };
  const all = { ...options, ...(Object.keys(metadata).length > 0 && { metadata }) };
  const commit =
    ids.length === 1
      ? await execute(log, decider, ids[0], command, inputs[0], all)
      : await executeMany(log, decider, command, itemsOf(ids, inputs), all);
  return { commit, ids: commit.repeated && isMade ? await firstCreated(log, commit, ids) : ids };
}

function itemsOf(ids: readonly unknown[], inputs: readonly unknown[]): readonly ManyItem<unknown, unknown>[] {
  return ids.map((id, index) => ({ id, input: inputs[index] }));
}
