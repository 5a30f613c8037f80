/** All projections of the process, with how far each is. */
import type { Projections } from '../../answers.js';
import { Status } from '../../parts/status.js';
import { linkTo } from '../../routes.js';
import { behindText, count, kindOf, rateText } from './kind.js';

export function ProjectionList({
  of: { head, projections },
}: {
  readonly of: Projections;
}): preact.JSX.Element {
  return (
    <>
      <div class="head">
        <h1>Projections</h1>
        <span class="quiet number">The log has {count(head)} events.</span>
      </div>
      <section class="card" aria-label="All projections">
        {projections.length === 0 ? (
          <p class="quiet">This process has none.</p>
        ) : (
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
                {projections.map((each) => (
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
        )}
      </section>
    </>
  );
}
