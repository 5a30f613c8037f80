/** How a list, a thing, its commands, and a command are answered. */
import { InvalidBody, uuidV7 } from 'leftfold';
import { commitOptions, queryOf, readBody, refuseUnknownParameters, send } from 'leftfold/http';
import type { Body, HalCommand, Ids } from './commands.js';
import { HAL_TYPE, filled, show } from './hal.js';
import { pageOf } from './pages.js';
import type { Resource } from './resource.js';
import { commandLinks, commandsOf, linksOf, ownerOf, running, thingOf, type Exchange } from './things.js';

export type Answer = (exchange: Exchange) => Promise<void>;

export const showThing =
  (resource: Resource): Answer =>
  async (exchange) => {
    const { request, response, ids } = exchange;
    refuseUnknownParameters(queryOf(request), ['after']);
    const owner = await ownerOf(resource, exchange);
    const thing = await thingOf(resource, owner, exchange);
    const self = { href: filled(`/${resource.path}`, ids) };
    const _links = {
      self,
      ...linksOf(resource, thing, ids),
      ...commandLinks(resource, owner ?? thing, ids),
    };
    show(request, response, thing.folded, { id: thing.id, ...thing.view, _links });
  };

export const showList =
  (resource: Resource, { rel, item, where = {} }: NonNullable<Resource['list']>): Answer =>
  async (exchange) => {
    const { request, response, ids } = exchange;
    const query = queryOf(request);
    refuseUnknownParameters(query, ['after', 'page', 'size', 'sort']);
    const owner = await ownerOf(resource, exchange);
    const projection = await running(resource, exchange);
    const wanted = Object.entries(where).map(([member, value]) => [member, given(value, ids)]);
    const path = filled(`/${resource.path}`, ids);
    const { items, links, page } = await pageOf(projection, Object.fromEntries(wanted) as Ids, path, query);
    const embedded = items.map(({ id, view }) => ({
      id,
      ...view,
      _links: { self: { href: filled(item, { id }) } },
    }));
    const _links = { ...links, ...commandLinks(resource, owner, ids) };
    show(request, response, projection.position, { _embedded: { [rel]: embedded }, _links, page });
  };

const given = (value: string, ids: Ids): string =>
  value.startsWith(':') ? (ids[value.slice(1)] ?? '') : value;

export const showCommands =
  (resource: Resource): Answer =>
  async (exchange) => {
    const { request, response, ids } = exchange;
    refuseUnknownParameters(queryOf(request), ['after']);
    const owner = await ownerOf(resource, exchange);
    const thing = resource.list === undefined ? await thingOf(resource, owner, exchange) : undefined;
    const { position } = await running(resource.within ?? resource, exchange);
    const self = { href: filled(`/${resource.path}/commands`, ids) };
    show(request, response, position, { _links: { self, ...commandsOf(resource, owner ?? thing, ids) } });
  };

/** `202`, with the URI of what the command is about or has made. A retry under the same `Idempotency-Key` is answered as the first. */
export const carryOut =
  (name: string, { carryOut, location: path }: HalCommand): Answer =>
  async ({ log, request, response, ids }) => {
    refuseUnknownParameters(queryOf(request), []);
    const body = (await readBody(request, ['application/json', HAL_TYPE], { isOptional: true })) ?? {};
    if (typeof body !== 'object' || Array.isArray(body))
      throw new InvalidBody([{ pointer: '#', detail: 'The body must be an object.' }]);
    const options = commitOptions(request, { name, ids: { ...ids }, body });
    const made = uuidV7();
    const metadata = { ...options.metadata, made };
    const commit = await carryOut(log, { ...ids, new: made }, body as Body, { ...options, metadata });
    const first = commit.repeated ? (await log.at(commit.first))?.metadata['made'] : made;
    const location = filled(path, { ...ids, new: String(first) });
    const headers = { location, 'content-type': HAL_TYPE, 'leftfold-position': String(commit.last) };
    const answer = { position: commit.last, _links: { self: { href: location } } };
    send(response, 202, headers, JSON.stringify(answer));
  };
