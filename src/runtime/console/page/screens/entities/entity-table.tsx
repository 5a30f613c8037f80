/** A page of a list, as a table: sorted by a click on what the list is indexed by. */
import { linkTo, type Route } from '../../routes.js';
import { columnsOf, linkSortedBy, sortOf } from './list-query.js';

export interface Entity {
  readonly key: string;
  readonly position: number;
  readonly faultAt?: number;
  readonly [member: string]: unknown;
}

interface Props {
  readonly route: Route;
  readonly name: string;
  readonly index: readonly string[];
  readonly items: readonly Entity[];
}

export function EntityTable({ route, name, index, items }: Props): preact.JSX.Element {
  const columns = columnsOf(index, items);
  if (items.length === 0) return <p>There are none of these.</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={name}>
      <table>
        <thead>
          <tr>
            <th scope="col">key</th>
            {columns.map((column) =>
              index.includes(column) ? (
                <th key={column} scope="col" aria-sort={sortOf(route, column)}>
                  <a href={linkSortedBy(route, column)}>
                    {column}
                    <span aria-hidden="true">{ARROWS[sortOf(route, column)]}</span>
                  </a>
                </th>
              ) : (
                <th key={column} scope="col">
                  {column}
                </th>
              ),
            )}
            <th scope="col" class="number">
              changed at
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.key}>
              <th scope="row">
                <a href={linkTo(['entities', name, item.key])}>{cellText(item.key)}</a>{' '}
                {item.faultAt !== undefined && <span class="badge bad">stopped at {item.faultAt}</span>}
              </th>
              {columns.map((column) => (
                <td key={column} title={fullText(item[column])}>
                  {cellText(item[column])}
                </td>
              ))}
              <td class="number">
                <a href={linkTo(['log'], { open: item.position })}>{item.position.toLocaleString('en')}</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ARROWS = { ascending: ' ↑', descending: ' ↓', none: '' } as const;

const MAX_CHARACTERS = 60;

function fullText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

function cellText(value: unknown): string {
  const text = value === null || value === undefined ? '–' : fullText(value);
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
