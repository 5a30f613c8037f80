/** Serves lists, things and commands by a table: `GET` of each, `GET …/commands`, `POST …/commands/<name>`, and `405` for all else. */
import { Controller, Get, Param, Post, Req, Res, UseFilters, UseGuards, type Type } from '@nestjs/common';
import { Delete, Patch, Put } from '@nestjs/common';
import {
  EventLog,
  InvalidBody,
  Problem,
  ProjectionHost,
  allows,
  uuidV7,
  type EntityProjection,
  type EntityProjectionDefinition,
  type StoredEntity,
} from 'leftfold';
import {
  OriginGuard,
  ProblemFilter,
  commitOptions,
  queryOf,
  readBody,
  refuseUnknownParameters,
  send,
  type HttpRequest,
  type HttpResponse,
} from 'leftfold/http';
import { notFound } from '../shared/about.js';
import type { Body, HalCommand, Ids } from './commands.js';
import { HAL_TYPE, caughtUp, filled, show, type Hal, type Links } from './hal.js';
import { pageOf } from './pages.js';

export interface Resource {
  /** As in `orders/:order/orderItems`. */
  readonly path: string;
  /** What is shown: one thing, the one that the last parameter names unless `key` says otherwise; or a list of them. */
  readonly of: EntityProjectionDefinition;
  /** What it is called where there is none: `Order`. */
  readonly name: string;
  /** Of a list: what its things are called, where each is found, and which of them are in it. */
  readonly list?: {
    readonly rel: string;
    readonly item: string;
    readonly where?: (ids: Ids) => Readonly<Record<string, string>>;
  };
  /** What its commands are about, and without which it is not there; named by the first parameter. Default: what is shown. */
  readonly subject?: EntityProjectionDefinition;
  /** The id of what is shown, of something else that the subject names. */
  readonly key?: (subject: Readonly<Record<string, unknown>>) => unknown;
  readonly commands?: Readonly<Record<string, HalCommand>>;
  /** Links beside `self` and `commands`, as paths. */
  readonly links?: Readonly<Record<string, string>>;
}

interface Served {
  readonly log: EventLog;
  readonly host: ProjectionHost;
}

type Handler = (served: Served, request: HttpRequest, response: HttpResponse, ids: Ids) => unknown;

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** The controller of these resources. */
export function serve(resources: readonly Resource[]): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(OriginGuard)
  class HalController {
    constructor(
      readonly log: EventLog,
      readonly host: ProjectionHost,
    ) {}
  }
  const on = (path: string, method: 'GET' | 'POST', handler: Handler): void => {
    const allow = method === 'GET' ? 'GET, HEAD' : 'POST';
    for (const [each, decorator] of Object.entries(METHODS))
      addRoute(HalController, decorator(path), each === method ? handler : refusing(allow));
  };
  for (const resource of resources) {
    on(resource.path, 'GET', resource.list === undefined ? showThing(resource) : showList(resource));
    if (resource.commands === undefined) continue;
    on(`${resource.path}/commands`, 'GET', showCommands(resource));
    for (const [name, command] of Object.entries(resource.commands))
      on(`${resource.path}/commands/${name}`, 'POST', carryOut(name, command));
  }
  return HalController;
}

/** As Nest's decorators do in a class that is written out. */
function addRoute(controller: Type, decorate: MethodDecorator, handler: Handler): void {
  const prototype = controller.prototype as object;
  const name = `route${Object.getOwnPropertyNames(prototype).length}`;
  const value = function (this: Served, request: HttpRequest, response: HttpResponse, ids: Ids): unknown {
    return handler(this, request, response, ids);
  };
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  for (const [index, parameter] of [Req(), Res(), Param()].entries()) parameter(prototype, name, index);
  decorate(prototype, name, { value });
}

const refusing =
  (allow: string): Handler =>
  (_served, { method }, response) => {
    if ('header' in response) response.header('allow', allow);
    const detail = `${method} is not possible here; ${allow} is. What happened is changed by commands only.`;
    throw new Problem('method-not-allowed', 'method-not-allowed', 'The method is not allowed here', detail);
  };

const showThing =
  (resource: Resource): Handler =>
  async (served, request, response, ids) => {
    refuseUnknownParameters(queryOf(request), ['after']);
    const { of, name, key } = resource;
    const subject = await subjectOf(resource, served, request, ids);
    const projection = await runningOf(of, served, request);
    const view = subject && viewOf(subject);
    const id = key === undefined ? Object.values(ids).at(-1) : view && key(view);
    const thing = typeof id === 'string' ? await projection.find(id) : undefined;
    if (thing === undefined) throw missing(name);
    const path = filled(resource.path, ids);
    const hal = halOf(thing.key, viewOf(thing), { ...linksOf(resource, path, ids), ...commandsOf(resource, subject, path) });
    show(request, response, projection.position, hal);
  };

const showList =
  (resource: Resource): Handler =>
  async (served, request, response, ids) => {
    refuseUnknownParameters(queryOf(request), ['after', 'page', 'size', 'sort']);
    const { of, list } = resource;
    const subject = await subjectOf(resource, served, request, ids);
    const projection = await runningOf(of, served, request);
    const path = `/${filled(resource.path, ids)}`;
    const { rel = '', item = '', where } = list ?? {};
    const { items, links, page } = await pageOf(projection, where?.(ids) ?? {}, path, queryOf(request));
    const embedded = items.map(({ id, view }) => halOf(id, view, { self: { href: filled(item, { id }) } }));
    show(request, response, projection.position, {
      _embedded: { [rel]: embedded },
      _links: { ...links, ...commandsOf(resource, subject, path.slice(1)) },
      page,
    });
  };

const showCommands =
  (resource: Resource): Handler =>
  async (served, request, response, ids) => {
    refuseUnknownParameters(queryOf(request), ['after']);
    const subject = await subjectOf(resource, served, request, ids);
    const path = filled(resource.path, ids);
    const { commands: self, ...possible } = commandsOf(resource, subject, path);
    const { position } = await runningOf(resource.subject ?? resource.of, served, request);
    show(request, response, position, { _links: { self: self ?? { href: `/${path}/commands` }, ...possible } });
  };

const carryOut =
  (name: string, command: HalCommand): Handler =>
  async ({ log }, request, response, ids) => {
    refuseUnknownParameters(queryOf(request), []);
    const body = (await readBody(request, ['application/json', HAL_TYPE], { isOptional: true })) ?? {};
    if (typeof body !== 'object' || Array.isArray(body))
      throw new InvalidBody([{ pointer: '#', detail: 'The body must be an object.' }]);
    const options = commitOptions(request.headers, { name, ids: { ...ids }, body });
    const made = uuidV7();
    const commit = await command.carryOut(log, { ...ids, new: made }, body as Body, {
      ...options,
      metadata: { ...options.metadata, made },
    });
    // A retry under the same Idempotency-Key is told the id that was made first.
    const first = commit.repeated ? (await log.at(commit.first))?.metadata['made'] : made;
    const location = filled(command.location, { ...ids, new: String(first) });
    send(
      response,
      202,
      { location, 'content-type': HAL_TYPE, 'leftfold-position': String(commit.last) },
      JSON.stringify({ position: commit.last, _links: { self: { href: location } } }),
    );
  };

const missing = (name: string): Problem => notFound(name.toLowerCase().replaceAll(' ', '-'), `${name} not found.`);

const viewOf = ({ view }: StoredEntity): Readonly<Record<string, unknown>> =>
  JSON.parse(view) as Readonly<Record<string, unknown>>;

const halOf = (id: string, view: Readonly<Record<string, unknown>>, _links: Links): Hal => ({ id, ...view, _links });

async function runningOf(
  { name }: EntityProjectionDefinition,
  { host, log }: Served,
  request: HttpRequest,
): Promise<EntityProjection> {
  const projection = host.entityProjections.find((each) => each.name === name);
  if (projection === undefined) throw new Error(`no context has the projection ${name}`);
  await caughtUp(projection, log, request);
  return projection;
}

/** Undefined for a list that is of nothing else. @throws Problem when there is no such thing */
async function subjectOf(
  { subject, of, list, name }: Resource,
  served: Served,
  request: HttpRequest,
  ids: Ids,
): Promise<StoredEntity | undefined> {
  const [first = ''] = Object.values(ids);
  if (subject === undefined && list !== undefined) return undefined;
  const found = await (await runningOf(subject ?? of, served, request)).find(first);
  if (found === undefined) throw missing(subject === undefined ? name : 'Order');
  return found;
}

function linksOf({ links = {} }: Resource, path: string, ids: Ids): Links {
  const others = Object.entries(links).map(([rel, to]) => [rel, { href: filled(to, ids) }]);
  return { self: { href: `/${path}` }, ...(Object.fromEntries(others) as Links) };
}

/** Those that the state allows now, read off the chart. */
function commandsOf(
  { commands, subject, of }: Resource,
  about: StoredEntity | undefined,
  path: string,
): Links {
  if (commands === undefined) return {};
  const possible = Object.entries(commands)
    .filter(([, { records }]) => about === undefined || allows(subject ?? of, about.state, { records }))
    .map(([name]) => [name, { href: `/${path}/commands/${name}` }]);
  return { commands: { href: `/${path}/commands` }, ...(Object.fromEntries(possible) as Links) };
}
