/** Entities of other projections, answered with those that they belong to: `?include=items`. */
import type { Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import type { RelatedEntities } from '../../projection/entities/entity-query.js';
import type { ProjectionHost } from '../../projection/projection-host.js';
import type { Links } from '../kernel/links.js';
import { pathOf } from '../kernel/paths.js';
import { oneValue, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { staleSince } from '../projections/query.js';
import { entityJson } from './entity-answer.js';
import { writeCursor, type CursorScope } from './list-cursor.js';

/** Of each entity; `next` leads to the others. */
export const MAX_INCLUDED = 20;

type Related = Pick<EntityProjectionDefinition, 'name' | 'relations'>;

/** The names of relations. @throws InvalidParameter for what is none, with those that there are */
export function readInclude(query: QueryString, { name, relations }: Related): readonly string[] {
  const text = oneValue(query, 'include');
  if (text === undefined) return [];
  const names = text.split(',');
  const known = Object.keys(relations);
  const unknown = names.find((each) => !known.includes(each));
  if (unknown !== undefined) {
    const what = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw new InvalidParameter(
      'include',
      `${name} has no relation ${JSON.stringify(unknown.slice(0, 40))}; ${what}.`,
    );
  }
  const twice = names.find((each, place) => names.indexOf(each) < place);
  if (twice !== undefined)
    throw new InvalidParameter('include', `include names ${twice} twice; name it once.`);
  return names;
}

/** What belongs to some entities, as it is written. */
export interface Included {
  /** Of each of the keys: members of its JSON, with a comma before each. */
  readonly members: readonly string[];
  readonly positions: Readonly<Record<string, Position>>;
}

export class Inclusion {
  readonly #projections: ReadonlyMap<string, EntityProjection>;

  /** @param names of relations */
  constructor(
    names: readonly string[],
    private readonly relations: Related['relations'],
    host: ProjectionHost,
    private readonly links: Links,
  ) {
    const found = names.flatMap((name): [string, EntityProjection][] => {
      const projection = host.findAny(relations[name]?.of.name ?? '');
      return projection instanceof EntityProjection ? [[name, projection]] : [];
    });
    this.#projections = new Map(found);
  }

  get projections(): readonly EntityProjection[] {
    return [...this.#projections.values()];
  }

  /** A query for each relation, however many keys there are. @throws as `EntityProjection.related` */
  async of(keys: readonly string[], signal: AbortSignal): Promise<Included> {
    const all = await Promise.all(
      [...this.#projections].map(async ([name, projection]) => {
        const by = this.relations[name]?.by ?? '';
        const found = await projection.related({ by, keys, limit: MAX_INCLUDED }, signal);
        return { name, of: projection.definition, by, found };
      }),
    );
    const members = keys.map((key, place) =>
      all
        .map(({ name, of, by, found }) => {
          const group = found.of[place];
          return `,${JSON.stringify(name)}:${group === undefined ? '{"items":[]}' : this.#written(group, of, by, key)}`;
        })
        .join(''),
    );
    return { members, positions: Object.fromEntries(all.map(({ name, found }) => [name, found.position])) };
  }

  /**
   * Headers that say how far each projection has folded what is answered, and from which position on one of them may be old.
   *
   * @param own of the projection that was asked
   */
  headers({ positions }: Included, own: EntityProjection): Readonly<Record<string, string>> {
    if (this.#projections.size === 0) return {};
    const stale = [own, ...this.projections]
      .flatMap((projection) => staleSince(projection) ?? [])
      .map(Number);
    const shown = Object.entries(positions).map(([name, at]) => `${name}=${at}`);
    return {
      ...(shown.length > 0 && { 'leftfold-included': shown.join(', ') }),
      ...(stale.length > 0 && { 'leftfold-stale': String(Math.min(...stale)) }),
    };
  }

  #written(
    { items, isMore }: RelatedEntities['of'][number],
    of: EntityProjectionDefinition,
    by: string,
    key: string,
  ): string {
    const last = items.at(-1);
    const query = new URLSearchParams({ [by]: key });
    const scope: CursorScope = { filters: [{ member: by, test: { in: [key] } }], sort: [] };
    if (last !== undefined) query.append('cursor', writeCursor({ values: [], key: last.key }, scope, of));
    const link = (): string => JSON.stringify(this.links.runtime(`/${pathOf(of)}?${query.toString()}`));
    const next = isMore ? `,"next":${link()}` : '';
    return `{"items":[${items.map((item) => entityJson(item, undefined)).join()}]${next}}`;
  }
}

/** How far everything that is answered was folded. */
export function lowest(own: Position, { positions }: Included): Position {
  return Object.values(positions).reduce((least, each) => (each < least ? each : least), own);
}
