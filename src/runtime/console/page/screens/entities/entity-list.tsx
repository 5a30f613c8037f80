/** A list of entities: filtered, sorted and paged by the URL; its first page is live. Of a decider without a list, the way to its subjects. */
import { useAsked, useLive } from '../../asked.js';
import { ProblemNotice } from '../../parts/problem.js';
import { pathIn, type ModelEntities } from '../../model.js';
import { linkTo, linkWith, type Route } from '../../routes.js';
import { client } from '../../server.js';
import { Creations } from './creations.js';
import { EntityTable, type Entity } from './entity-table.js';
import { ListFilters } from './list-filters.js';
import { cursorIn, listOptions, listQueryOf } from './list-query.js';
import { OpenKey } from './open-key.js';
import type { Thing } from './things.js';

export interface Page {
  readonly items: readonly Entity[];
  readonly next?: string;
}

const COUNT_MS = 5000;

export function EntityList({
  route,
  thing,
}: {
  readonly route: Route;
  readonly thing: Thing;
}): preact.JSX.Element {
  const { name, context, entities, decider } = thing;
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        <span class="quiet">of {context}</span>
        <span class="grow" />
        <OpenKey name={name} />
      </div>
      {decider !== undefined && <Creations route={route} thing={thing} />}
      {entities === undefined ? (
        <p class="notice">
          There is no list of these: no entity projection is served at the path of this decider. One is opened
          by its key
          {decider?.ids === 'position' && ', the position of the event that made it'}
          {decider?.ids === 'text' &&
            decider.tags !== undefined &&
            `, which its events have in their tags as ${decider.tags.join(', ')}`}
          .
        </p>
      ) : (
        <List route={route} name={name} entities={entities} />
      )}
    </>
  );
}

function List({
  route,
  name,
  entities,
}: {
  readonly route: Route;
  readonly name: string;
  readonly entities: ModelEntities;
}): preact.JSX.Element {
  const query = listQueryOf(route.query);
  const options = listOptions(query);
  const key = JSON.stringify([name, options]);
  const served = client.entities(pathIn(entities.path ?? name));
  const isFirst = query.cursor === undefined;
  const live = useLive<Page>(key, isFirst ? (signal) => served.watch({ ...options, signal }) : undefined);
  const later = useAsked<Page | undefined>(`page ${key}`, async (signal) =>
    isFirst ? undefined : await served.page({ ...options, signal }),
  );
  const count = useAsked(
    `count ${JSON.stringify([name, query.filter])}`,
    (signal) => served.count({ filter: query.filter, signal }),
    { everyMs: COUNT_MS },
  );
  const { value: page, error } = isFirst ? live : later;
  const next = cursorIn(page?.next);
  return (
    <section class="card" aria-label={`List of ${name}`}>
      <ListFilters route={route} index={entities.index} />
      <ProblemNotice error={error} />
      <p class="quiet number">
        {count.value === undefined ? '' : `${count.value.toLocaleString('en')} in all`}
        {isFirst ? '' : ', a later page: not live'}
      </p>
      {page === undefined ? (
        error === undefined && <p class="quiet">Loading…</p>
      ) : (
        <EntityTable route={route} name={name} index={entities.index} items={page.items} />
      )}
      <nav class="row" aria-label="Pages">
        {!isFirst && (
          <a class="button" href={linkWith(route, { cursor: undefined })}>
            First page
          </a>
        )}
        {next !== undefined && (
          <a class="button" href={linkWith(route, { cursor: next })}>
            Next page
          </a>
        )}
        <a href={linkTo(['projections', entities.name])}>How its projection is</a>
      </nav>
    </section>
  );
}
