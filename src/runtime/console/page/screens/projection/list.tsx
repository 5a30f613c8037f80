/** All projections of the process. */
import type { Projections } from '../../answers.js';
import { count } from './kind.js';
import { ProjectionTable } from './projection-table.js';

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
        <ProjectionTable of={projections} />
      </section>
    </>
  );
}
