/** What a request is about, as the projections have it, and the links that its state allows. */
import {
  allows,
  type EntityProjection,
  type EventLog,
  type ProjectionHost,
  type StoredEntity,
} from 'leftfold';
import type { HttpRequest, HttpResponse } from 'leftfold/http';
import { notFound } from '../shared/about.js';
import type { Ids } from './commands.js';
import { caughtUp, filled, type Links } from './hal.js';
import type { Named, Resource } from './resource.js';

export interface Exchange {
  readonly log: EventLog;
  readonly host: ProjectionHost;
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** The parameters of the path. */
  readonly ids: Ids;
}

export interface Thing extends Pick<StoredEntity, 'state'> {
  readonly id: string;
  readonly view: Readonly<Record<string, unknown>>;
  readonly folded: number;
}

export async function running({ of }: Named, { host, log, request }: Exchange): Promise<EntityProjection> {
  const projection = host.entityProjections.find(({ name }) => name === of.name);
  if (projection === undefined) throw new Error(`no context has the projection ${of.name}`);
  await caughtUp(projection, log, request);
  return projection;
}

/** What the path is within, if it is. @throws Problem `404` when there is none */
export async function ownerOf({ within }: Resource, exchange: Exchange): Promise<Thing | undefined> {
  return within && found(within, await find(within, Object.values(exchange.ids)[0], exchange));
}

/** @throws Problem `404` when there is none */
export async function thingOf(
  resource: Resource,
  owner: Thing | undefined,
  exchange: Exchange,
): Promise<Thing> {
  const { names, namedBy } = resource.within ?? {};
  const id = names === undefined ? Object.values(exchange.ids).at(-1) : owner?.view[names];
  const thing = await find(resource, id, exchange);
  return found(resource, namedBy === undefined || thing?.view[namedBy] === owner?.id ? thing : undefined);
}

async function find(named: Named, id: unknown, exchange: Exchange): Promise<Thing | undefined> {
  const projection = await running(named, exchange);
  const stored = typeof id === 'string' ? await projection.find(id) : undefined;
  if (stored === undefined) return undefined;
  const { key, state, view } = stored;
  return { id: key, state, view: JSON.parse(view) as Thing['view'], folded: projection.position };
}

function found({ name }: Named, thing: Thing | undefined): Thing {
  if (thing !== undefined) return thing;
  throw notFound(name.toLowerCase().replaceAll(' ', '-'), `${name} not found.`);
}

/** What belongs to a thing; a member of that name that is null says that nothing does yet. */
export function linksOf({ links = {} }: Resource, { view }: Thing, ids: Ids): Links {
  const there = Object.entries(links).filter(([rel]) => view[rel] !== null);
  return Object.fromEntries(there.map(([rel, path]) => [rel, { href: filled(path, ids) }])) as Links;
}

/** The commands that the state allows now, read off the chart. @param about absent: nothing is there yet that could forbid one */
export function commandsOf(resource: Resource, about: Thing | undefined, ids: Ids): Links {
  const { commands = {}, within, of, path } = resource;
  const { fold } = within?.of ?? of;
  const possible = Object.entries(commands)
    .filter(([, { records }]) => about === undefined || allows({ fold }, about.state, { records }))
    .map(([name]) => [name, { href: filled(`/${path}/commands/${name}`, ids) }]);
  return Object.fromEntries(possible) as Links;
}

/** The same, after the link to the list of them. */
export const commandLinks = (resource: Resource, about: Thing | undefined, ids: Ids): Links =>
  resource.commands === undefined
    ? {}
    : {
        commands: { href: filled(`/${resource.path}/commands`, ids) },
        ...commandsOf(resource, about, ids),
      };
