/** Projections, with how far each is. */
import type { ProjectionOverview } from '../../answers.js';
import { Status } from '../../parts/status.js';
import { linkTo } from '../../routes.js';
import { behindText, count, kindOf, rateText } from './kind.js';

export function ProjectionTable({ of }: { readonly of: readonly ProjectionOverview[] }): preact.JSX.Element {
  if (of.length === 0) return <p class="quiet">This process has none.</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="All projections">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Position
            </th>
            <th scope="col" class="number">
              Behind
            </th>
            <th scope="col" class="number">
              Folded a second
            </th>
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody>
          {of.map((each) => (
            <tr key={each.name}>
              <th scope="row">
                <a href={linkTo(['projections', each.name])}>{each.name}</a>
              </th>
              <td>
                <Status of={each.status} /> {each.drift !== undefined && <Status of="drift" />}
              </td>
              <td class="number">{count(each.position)}</td>
              <td class="number">{behindText(each.lag)}</td>
              <td class="number">{rateText(each.eventsPerSecond)}</td>
              <td>{kindOf(each)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
