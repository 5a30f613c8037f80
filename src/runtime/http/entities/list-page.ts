/** One page of a list as JSON, with the link to the next one. */
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { cursorAfter, type EntityPage } from '../../projection/entities/entity-query.js';
import type { QueryString } from '../kernel/parameters.js';
import { entityJson } from './entity-answer.js';
import type { Included } from './included.js';
import { writeCursor } from './list-cursor.js';
import type { ListRequest } from './list-request.js';

/** @param linkTo the link to the page after the cursor */
export function listJson(
  { items, isMore, count }: EntityPage,
  list: ListRequest,
  definition: EntityProjectionDefinition,
  { members }: Included,
  linkTo: (cursor: string) => string,
): string {
  const last = items.at(-1);
  const { sort, fields } = list;
  const next =
    isMore && last && linkTo(writeCursor(cursorAfter(last, sort, definition.index), list, definition));
  const counted = count === undefined ? '' : `,"count":${count}`;
  const link = next === undefined || next === false ? '' : `,"next":${JSON.stringify(next)}`;
  const written = items.map((item, place) => entityJson({ ...item, included: members[place] }, fields));
  return `{"items":[${written.join()}]${counted}${link}}`;
}

export function nextPage(path: string, query: QueryString, cursor: string): string {
  const parameters = new URLSearchParams();
  for (const [parameter, values = []] of Object.entries(query)) {
    if (parameter === 'cursor' || parameter === 'after') continue;
    for (const value of [values].flat()) parameters.append(parameter, value);
  }
  parameters.append('cursor', cursor);
  return `/${path}?${parameters.toString()}`;
}
